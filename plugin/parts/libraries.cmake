# The libraries that read what mails carry: GMime, and libmagic for types by content. Without them the plugin is built all the
# same. Sets ESMTP_GMIME and ESMTP_MAGIC.
# SPDX-License-Identifier: GPL-2.0-or-later
option(ESMTP_PARTS "Read the parts of mails, where GMime is installed" ON)

set(ESMTP_GMIME OFF)
set(ESMTP_MAGIC OFF)
if(ESMTP_PARTS)
  pkg_check_modules(GMIME IMPORTED_TARGET gmime-3.0>=3.2)
  pkg_check_modules(MAGIC IMPORTED_TARGET libmagic)
  set(ESMTP_GMIME ${GMIME_FOUND})
  set(ESMTP_MAGIC ${MAGIC_FOUND})
endif()
if(ESMTP_GMIME)
  # Newer releases of GMime also ask how the callback's data are freed.
  include(CheckCSourceCompiles)
  set(CMAKE_REQUIRED_LIBRARIES PkgConfig::GMIME)
  check_c_source_compiles("#include <gmime/gmime.h>
    int main(void) { g_mime_parser_options_set_warning_callback(NULL, NULL, NULL, NULL); return 0; }" ESMTP_GMIME_FREES_DATA)
  unset(CMAKE_REQUIRED_LIBRARIES)
endif()
if(NOT ESMTP_GMIME)
  message(STATUS "ESMTP: without GMime (libgmime-3.0-dev): attachments, their hashes and links are left out")
elseif(NOT ESMTP_MAGIC)
  message(STATUS "ESMTP: without libmagic (libmagic-dev): the types of attachments by their content are left out")
endif()
