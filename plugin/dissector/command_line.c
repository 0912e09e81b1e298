/* command_line.c — which fields the program's command line names.
 *
 * What filters, columns and statistics name Wireshark tells dissectors, but no release tells of -j, 4.0 does not tell of -e, and
 * none tells that the tree is made for the sake of these fields alone. Where the system does not tell the arguments, nothing is
 * named here: then more is drawn than has to be, and the built-in dissector's fields are found by filters and columns alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "dissector/esmtp.h"

/* The values of -e, -j and -J. */
typedef struct named {
    char option;
    char *value;
} named;

static GArray *all_named;
static bool prints_details; /* -V or -O: the tree is printed */
static bool prints_fields;  /* -e */
static bool one_pass;       /* tshark without -2 */

/* The option among -e, -j and -J that an argument ends with, for others may stand before it; 0 for none. */
static char option_at_end(const char *argument)
{
    char last = argument[0] == '-' && argument[1] && argument[1] != '-' ? argument[strlen(argument) - 1] : '\0';

    return last && strchr("ejJ", last) ? last : '\0';
}

static void add_named(char option, const char *value)
{
    named added = {option, g_strdup(value)};

    g_array_append_val(all_named, added);
    prints_fields |= option == 'e';
}

static void read_argument(char option_before, const char *argument)
{
    bool is_option = argument[0] == '-' && argument[1] && argument[1] != '-';

    if (option_before)
        add_named(option_before, argument);
    else if (is_option && argument[2] && strchr("ejJ", argument[1]))
        add_named(argument[1], argument + 2);
    else if (is_option && strpbrk(argument, "VO"))
        prints_details = true;
    if (is_option && strchr(argument, '2'))
        one_pass = false;
}

/* The arguments stand one behind the other, each with a NUL at its end. */
void command_line_read(void)
{
    char *arguments;
    char option = '\0';
    size_t length;

    all_named = g_array_new(false, false, sizeof(named));
    if (!g_file_get_contents("/proc/self/cmdline", &arguments, &length, NULL))
        return;
    one_pass = g_str_has_suffix(arguments, "tshark");
    for (size_t at = 0; at < length; at += strlen(arguments + at) + 1) {
        read_argument(option, arguments + at);
        option = option ? '\0' : option_at_end(arguments + at);
    }
    g_free(arguments);
}

static bool continues_name(char octet)
{
    return g_ascii_isalnum(octet) || octet == '_' || octet == '.';
}

static bool value_names(const char *value, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = strstr(value, name); at; at = strstr(at + length, name))
        if ((at == value || !continues_name(at[-1])) && !continues_name(at[length]))
            return true;
    return false;
}

bool command_line_names(const char *name, const char *protocol)
{
    for (unsigned i = 0; i < all_named->len; i++) {
        const named *at = &g_array_index(all_named, named, i);
        if (value_names(at->value, name) || (at->option != 'e' && value_names(at->value, protocol)))
            return true;
    }
    return false;
}

bool command_line_mentions(const char *text)
{
    for (unsigned i = 0; i < all_named->len; i++)
        if (strstr(g_array_index(all_named, named, i).value, text))
            return true;
    return false;
}

bool command_line_visits_once(void)
{
    return one_pass;
}

bool command_line_wants_fields_alone(void)
{
    return prints_fields && !prints_details;
}
