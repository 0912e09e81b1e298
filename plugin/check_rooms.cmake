# Fails when a file includes a room above its own: includes run taps -> dissector -> session, parts -> wire, and nothing below
# the dissector knows epan.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Use: cmake -DROOT=<plugin folder> -P check_rooms.cmake

set(FORBIDDEN_wire "epan/|glib|gmodule|wsutil/|wiretap/|wireshark\\.h|session/|parts/|dissector/|taps/")
set(FORBIDDEN_session "epan/|gmodule|wiretap/|wireshark\\.h|parts/|dissector/|taps/")
set(FORBIDDEN_parts "epan/|gmodule|wsutil/|wiretap/|wireshark\\.h|session/|dissector/|taps/")
set(FORBIDDEN_dissector "taps/")

set(offences "")
foreach(room wire session parts dissector)
  file(GLOB sources ${ROOT}/${room}/*.c ${ROOT}/${room}/*.h)
  foreach(source ${sources})
    file(STRINGS ${source} includes REGEX "^[ \t]*#[ \t]*include")
    foreach(include ${includes})
      if(include MATCHES "[<\"/](${FORBIDDEN_${room}})")
        string(APPEND offences "\n  ${source}: ${include}")
      endif()
    endforeach()
  endforeach()
endforeach()
if(offences)
  message(FATAL_ERROR "includes that run against taps -> dissector -> session, parts -> wire:${offences}")
endif()
