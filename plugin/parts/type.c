/* type.c — the type of octets, as libmagic finds it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parts/inside.h"

#include <magic.h>

/* Archives are not opened. */
#define FLAGS (MAGIC_MIME_TYPE | MAGIC_ERROR | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_TAR)

/* Loading its rules takes longer than reading most mails: they stay for as long as the program runs. NULL: there are none.
 */
static magic_t rules(void)
{
    static magic_t loaded;
    static bool tried;

    if (tried)
        return loaded;
    tried = true;
    loaded = magic_open(FLAGS);
    if (loaded && magic_load(loaded, NULL) != 0) {
        magic_close(loaded);
        loaded = NULL;
    }
    return loaded;
}

char *type_by_content(span decoded)
{
    magic_t magic = decoded.length ? rules() : NULL;
    const char *type = magic ? magic_buffer(magic, decoded.octets, MIN(decoded.length, TYPE_OCTETS)) : NULL;

    return type && g_utf8_validate(type, -1, NULL) ? g_strdup(type) : NULL;
}
