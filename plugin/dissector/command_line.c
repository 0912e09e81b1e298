/* command_line.c — what tshark was asked for.
 *
 * Wireshark tells dissectors which fields filters, columns and statistics name. No release tells of -j, and 4.0 does not
 * tell of -e. None tells that the tree is made for the fields of -e alone, or that no packet will be visited again. So the
 * arguments are read here. In programs other than tshark, where the system does not show the arguments, and when an option
 * is not known here, nothing is assumed: more is drawn and kept than is needed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "dissector/esmtp.h"

/* The values of -e, -j, -J and -d. */
typedef struct named {
    char option;
    char *value;
} named;

static GArray *all_named;
static bool understood;     /* the arguments were read, and each option is one of those below */
static bool prints_details; /* -V or -O: the tree is printed */
static bool prints_fields;  /* -e */
static bool two_passes;     /* -2 */
static bool leaves_out;     /* -R: packets that it does not match are not in the second pass */
static bool reads_more;     /* than the fields of -e, of filters, and what our own taps get */

/* tshark's options: letters that take no value, letters that take one, and the same for words. */
#define FLAGS "2DILPQVghlnpqvx"
#define OPTIONS_WITH_VALUE "BCEFGHJKMNORSTUWXYabcdefijorstuwyz"

/* clang-format off */
static const char *const flag_words[] = {
    "color", "disable-all-protocols", "help", "list-data-link-types", "list-interfaces", "list-time-stamp-types", "monitor-mode",
    "no-duplicate-keys", "no-promiscuous-mode", "print", "print-timers", "version", NULL};
static const char *const words_with_value[] = {
    "autostop", "buffer-size", "capture-comment", "compress", "disable-heuristic", "disable-protocol", "display-filter",
    "elastic-mapping-filter", "enable-heuristic", "enable-protocol", "export-objects", "export-tls-session-keys", "hexdump",
    "interface", "linktype", "log-debug", "log-domain", "log-domains", "log-fatal", "log-file", "log-level", "log-noisy",
    "only-protocols", "read-file", "read-filter", "ring-buffer", "snapshot-length", "temp-dir", "time-stamp-type", NULL};
/* clang-format on */

/* Those that make nobody read more of a packet. -T and -z do with some values. */
#define READ_NO_MORE "2DILQhlnpqvBCEHKNTWYabcdefiorsyz"
/* clang-format off */
static const char *const words_that_read_no_more[] = {
    "autostop", "buffer-size", "disable-heuristic", "disable-protocol", "display-filter", "enable-heuristic", "enable-protocol",
    "interface", "linktype", "monitor-mode", "no-promiscuous-mode", "read-file", "ring-buffer", "snapshot-length", NULL};
/* clang-format on */

/* Stands for a word whose value comes next: no letter's value is looked for then. */
#define A_WORD '-'

bool command_line_is_tshark(void)
{
    return g_strcmp0(g_get_prgname(), "tshark") == 0;
}

static void add_named(char option, const char *value)
{
    named added = {option, g_strdup(value)};

    g_array_append_val(all_named, added);
}

static void read_flag(char flag)
{
    reads_more |= !strchr(READ_NO_MORE, flag);
    prints_details |= flag == 'V';
    two_passes |= flag == '2';
}

/* Is the option's value one that makes somebody read more of a packet? */
static bool value_reads_more(char option, const char *value)
{
    switch (option) {
    case 'T':
        return strcmp(value, "fields") != 0;
    case 'z':
        return !g_str_has_prefix(value, "esmtp,");
    case A_WORD: /* the word itself has been looked at */
        return false;
    default:
        return !strchr(READ_NO_MORE, option);
    }
}

static void read_option(char option, const char *value)
{
    reads_more |= value_reads_more(option, value);
    prints_details |= option == 'O';
    prints_fields |= option == 'e';
    leaves_out |= option == 'R';
    if (strchr("ejJd", option))
        add_named(option, value);
}

/* Letters behind one dash are flags up to the first that takes a value: that is the rest of the argument, or the next
 * argument. Returns the option whose value comes next, NUL for none. */
static char read_letters(const char *letters)
{
    for (const char *at = letters; *at; at++) {
        if (strchr(FLAGS, *at)) {
            read_flag(*at);
            continue;
        }
        understood &= strchr(OPTIONS_WITH_VALUE, *at) != NULL;
        if (!at[1])
            return *at;
        read_option(*at, at + 1);
        break;
    }
    return '\0';
}

/* "--name=value", "--name value", "--name". */
static char read_word(const char *word)
{
    char *name = g_strndup(word, strcspn(word, "="));
    bool takes_value = g_strv_contains(words_with_value, name);

    understood &= takes_value || g_strv_contains(flag_words, name);
    leaves_out |= strcmp(name, "read-filter") == 0;
    reads_more |= !g_strv_contains(words_that_read_no_more, name);
    g_free(name);
    return takes_value && !strchr(word, '=') ? A_WORD : '\0';
}

static char read_argument(const char *argument)
{
    if (argument[0] != '-')
        return '\0';
    return argument[1] == '-' ? read_word(argument + 2) : read_letters(argument + 1);
}

static void read_all(char **arguments)
{
    char option = '\0';

    for (; *arguments && (option || strcmp(*arguments, "--") != 0); arguments++) {
        if (option)
            read_option(option, *arguments);
        option = option ? '\0' : read_argument(*arguments);
    }
}

/* The argument behind an unknown option may be its value or another option. So every argument counts as one that names
 * fields. */
static void name_all(char **arguments)
{
    for (; *arguments; arguments++)
        add_named('e', *arguments);
}

/* The system shows the arguments one behind the other, each with a NUL at its end; the program's name comes first. */
static char **split_arguments(const char *shown, size_t length)
{
    GPtrArray *arguments = g_ptr_array_new();

    for (size_t at = strlen(shown) + 1; at < length; at += strlen(shown + at) + 1)
        g_ptr_array_add(arguments, g_strdup(shown + at));
    g_ptr_array_add(arguments, NULL);
    return (char **)g_ptr_array_free(arguments, false);
}

void command_line_read(void)
{
    char *shown, **arguments;
    size_t length;

    all_named = g_array_new(false, false, sizeof(named));
    if (!command_line_is_tshark() || !g_file_get_contents("/proc/self/cmdline", &shown, &length, NULL))
        return;
    arguments = split_arguments(shown, length);
    understood = true;
    read_all(arguments);
    if (!understood)
        name_all(arguments);
    g_strfreev(arguments);
    g_free(shown);
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
        if (at->option == 'd')
            continue;
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

visits command_line_visits(void)
{
    if (!understood)
        return VISITS_MANY;
    if (!two_passes)
        return VISITS_ONCE;
    return leaves_out ? VISITS_MANY : VISITS_TWICE;
}

bool command_line_wants_fields_alone(void)
{
    return understood && prints_fields && !prints_details;
}

bool command_line_reads_more(void)
{
    return !understood || reads_more;
}

bool command_line_all_fields(bool (*holds)(const char *name))
{
    for (unsigned i = 0; i < all_named->len; i++) {
        const named *at = &g_array_index(all_named, named, i);
        if (at->option == 'e' && !holds(at->value))
            return false;
    }
    return true;
}

/* "tcp.port==25,esmtp", "tcp.port==25-27,esmtp", "tcp.port==25:3,esmtp", which is the same. */
static bool value_decodes(const char *value, const char *table, uint32_t port)
{
    size_t length = strlen(table);
    uint64_t first, last;
    char *end;

    if (strncmp(value, table, length) != 0 || strncmp(value + length, "==", 2) != 0)
        return false;
    first = last = g_ascii_strtoull(value + length + 2, &end, 0);
    if (*end == '-')
        last = g_ascii_strtoull(end + 1, NULL, 0);
    else if (*end == ':')
        last = first + g_ascii_strtoull(end + 1, NULL, 0) - 1;
    return first <= port && port <= last;
}

bool command_line_decodes(const char *table, uint32_t port)
{
    for (unsigned i = 0; i < all_named->len; i++) {
        const named *at = &g_array_index(all_named, named, i);
        if (at->option == 'd' && value_decodes(at->value, table, port))
            return true;
    }
    return false;
}
