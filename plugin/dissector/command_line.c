/* command_line.c — what tshark was asked for.
 *
 * What filters, columns and statistics name Wireshark tells dissectors, but no release tells of -j, 4.0 does not tell of -e, none
 * tells that the tree is made for the sake of these fields alone, or that no packet will be visited again. Where the system does
 * not tell the arguments, and in other programs, nothing is known here: then more is drawn and kept than has to be, and the built-in
 * dissector's fields are found by filters and columns alone. A script that reads the whole tree beside -e finds what -e names.
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

/* tshark's options that take no value, as far as they are letters. */
#define FLAGS "2DILPQVghklnpqvx"

static void read_flag(char flag)
{
    prints_details |= flag == 'V';
    one_pass &= flag != '2';
}

static void read_option(char option, const char *value)
{
    named added = {option, NULL};

    prints_details |= option == 'O';
    if (!strchr("ejJ", option))
        return;
    added.value = g_strdup(value);
    g_array_append_val(all_named, added);
    prints_fields |= option == 'e';
}

/* Letters behind one dash are flags up to the first that takes a value: that is the rest of the argument, or the next argument.
 * Returns the option whose value comes next, NUL for none. */
static char read_argument(const char *argument)
{
    if (argument[0] != '-' || argument[1] == '-')
        return '\0';
    for (const char *at = argument + 1; *at; at++) {
        if (strchr(FLAGS, *at)) {
            read_flag(*at);
            continue;
        }
        if (!at[1])
            return *at;
        read_option(*at, at + 1);
        break;
    }
    return '\0';
}

/* The arguments stand one behind the other, each with a NUL at its end; the program's name comes first. */
void command_line_read(void)
{
    char *arguments;
    bool is_tshark;
    char option = '\0';
    size_t length;

    all_named = g_array_new(false, false, sizeof(named));
    if (!g_file_get_contents("/proc/self/cmdline", &arguments, &length, NULL))
        return;
    is_tshark = one_pass = g_str_has_suffix(arguments, "tshark");
    for (size_t at = strlen(arguments) + 1; is_tshark && at < length; at += strlen(arguments + at) + 1) {
        const char *argument = arguments + at;
        if (option)
            read_option(option, argument);
        option = option ? '\0' : read_argument(argument);
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
