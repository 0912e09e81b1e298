/* file_name.c — names for files that are safe whatever a mail calls itself.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/file_name.h"

#include <stdbool.h>
#include <string.h>

/* What no file name of Windows may hold; the slash is everyone's. */
#define FORBIDDEN "<>:\"/\\|?*"
/* A name that begins so is hidden, or taken for an option, or for somebody's home. */
#define FORBIDDEN_FIRST ".-~ "
/* Windows drops them. */
#define FORBIDDEN_LAST ". "

/* Names of devices to Windows, whatever extension they have. */
static const char *const devices[] = {
    "con",  "prn",  "aux",  "nul",  "com0", "com1", "com2", "com3", "com4", "com5", "com6",   "com7",    "com8",   "com9",
    "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9", "conin$", "conout$", "clock$",
};

static bool is_device(const char *stem)
{
    size_t length = strcspn(stem, ". ");

    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (strlen(devices[i]) == length && g_ascii_strncasecmp(stem, devices[i], length) == 0)
            return true;
    return false;
}

/* Control characters, and those that nobody sees or that turn the direction of the text, are no part of a name. */
static gunichar in_file_name(gunichar character)
{
    if (g_unichar_isspace(character))
        return ' ';
    if (!g_unichar_isprint(character) || (character < 0x80 && strchr(FORBIDDEN, (int)character)))
        return '_';
    return character;
}

static void append_characters(GString *stem, const char *utf8)
{
    char *valid = g_utf8_make_valid(utf8, -1);

    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar character = in_file_name(g_utf8_get_char(at));
        size_t before = stem->len;

        if (character == ' ' && (!before || stem->str[before - 1] == ' '))
            continue;
        g_string_append_unichar(stem, character);
        if (stem->len > FILE_STEM_LIMIT) {
            g_string_truncate(stem, before);
            break;
        }
    }
    g_free(valid);
}

char *file_stem(const char *utf8, const char *fallback)
{
    GString *stem = g_string_new(NULL);

    append_characters(stem, utf8);
    g_string_erase(stem, 0, (gssize)strspn(stem->str, FORBIDDEN_FIRST));
    while (stem->len && strchr(FORBIDDEN_LAST, stem->str[stem->len - 1]))
        g_string_truncate(stem, stem->len - 1);
    if (is_device(stem->str))
        g_string_prepend_c(stem, '_');
    if (!stem->len)
        g_string_assign(stem, fallback);
    return g_string_free(stem, FALSE);
}

struct file_names {
    GHashTable *taken; /* the names, case folded */
    GHashTable *next;  /* stem, case folded -> the number to try next */
};

file_names *file_names_new(void)
{
    file_names *names = g_new0(file_names, 1);

    names->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    names->next = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return names;
}

void file_names_free(file_names *names)
{
    g_hash_table_destroy(names->taken);
    g_hash_table_destroy(names->next);
    g_free(names);
}

static char *numbered(const char *stem, const char *extension, unsigned number)
{
    if (number <= 1)
        return g_strdup_printf("%s.%s", stem, extension);
    return g_strdup_printf("%s (%u).%s", stem, number, extension);
}

char *file_name_take(file_names *names, const char *stem, const char *extension)
{
    char *key = g_utf8_casefold(stem, -1), *name = NULL, *folded = NULL;
    unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(names->next, key));

    do {
        g_free(name);
        g_free(folded);
        name = numbered(stem, extension, ++number);
        folded = g_utf8_casefold(name, -1);
    } while (g_hash_table_contains(names->taken, folded));
    g_hash_table_add(names->taken, folded);
    g_hash_table_insert(names->next, key, GUINT_TO_POINTER(number));
    return name;
}

void file_name_release(file_names *names, const char *stem, const char *name)
{
    char *key = g_utf8_casefold(stem, -1), *folded = g_utf8_casefold(name, -1);
    unsigned number = GPOINTER_TO_UINT(g_hash_table_lookup(names->next, key));
    const char *extension = strrchr(name, '.');
    char *last = numbered(stem, extension ? extension + 1 : "", number);

    g_hash_table_remove(names->taken, folded);
    if (strcmp(last, name) == 0)
        g_hash_table_insert(names->next, g_strdup(key), GUINT_TO_POINTER(number - 1));
    g_free(last);
    g_free(folded);
    g_free(key);
}
