/* tables.c — what the fuzz targets start from, taken from the tables of plugin/wire and from texts written down.
 *
 *     tables dictionary             prints the tables' words in libFuzzer's notation
 *     tables seeds TEXTS FOLDER     makes FOLDER/CONCEPT/ with a file for each line of TEXTS/CONCEPT.txt, and one for each
 *                                   row of the concept's table. In TEXTS, \r \n \t \\ and \xHH stand for an octet.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/capability.h"
#include "wire/command.h"
#include "wire/enhanced_status.h"
#include "wire/greeting.h"
#include "wire/parameter.h"
#include "wire/queue_id.h"
#include "wire/reply.h"
#include "wire/sasl.h"

/* What is done with a table's text. concept: the target it is for; seed: an input for it; word: what counts in that. */
typedef void (*use)(const char *concept, const char *word, const char *seed);

/* --- the tables -------------------------------------------------------------------------------------------------------- */

static void each_verb(use what)
{
    static const char *const arguments[] = {
        [VERB_SHAPE_VAGUE] = " 1",
        [VERB_SHAPE_ALONE] = "",
        [VERB_SHAPE_ARGUMENT] = " mx.example.org",
        [VERB_SHAPE_TO] = " TO:<a@b>",
        [VERB_SHAPE_FROM] = " FROM:<a@b> SIZE=5",
        [VERB_SHAPE_CHUNK] = " 86 LAST",
        [VERB_SHAPE_MECHANISM] = " PLAIN AGEAYg==",
    };
    _Static_assert(G_N_ELEMENTS(arguments) == VERB_SHAPES, "a shape of verb has no argument to start from");
    size_t count;
    const verb_row *rows = verb_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *seed = g_strconcat(rows[i].name, arguments[rows[i].shape], NULL);
        what("command", rows[i].name, seed);
        g_free(seed);
    }
}

static void each_parameter(use what)
{
    static const char *const values[] = {
        [PARAMETER_FORM_NONE] = "",
        [PARAMETER_FORM_TEXT] = "=some-text",
        [PARAMETER_FORM_OPTIONAL] = "=-+",
        [PARAMETER_FORM_XTEXT] = "=QQ+2B314159",
        [PARAMETER_FORM_AUTH] = "=<>",
        [PARAMETER_FORM_NUMBER] = "=8405",
        [PARAMETER_FORM_INTERVAL] = "=86400",
        [PARAMETER_FORM_PRIORITY] = "=-3",
        [PARAMETER_FORM_BY] = "=120;RT",
        [PARAMETER_FORM_TIME] = "=2030-01-31T12:00:00Z",
        [PARAMETER_FORM_RET] = "=HDRS",
        [PARAMETER_FORM_RRVS] = "=2014-04-03T23:01:00Z;C",
        [PARAMETER_FORM_BODY] = "=8BITMIME",
        [PARAMETER_FORM_NOTIFY] = "=SUCCESS,DELAY",
        [PARAMETER_FORM_ORCPT] = "=rfc822;ann+2Bx@example.org",
        [PARAMETER_FORM_VERP] = "=-=",
    };
    _Static_assert(G_N_ELEMENTS(values) == PARAMETER_FORMS, "a form of parameter has no value to start from");
    size_t count;
    const parameter_row *rows = parameter_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char whose = rows[i].commands & PARAMETER_OF_MAIL ? '0' : '1'; /* the target's first octet, modulo 3 */
        char *seed = g_strdup_printf("%c %s%s", whose, rows[i].keyword, values[rows[i].form]);
        what("parameter", rows[i].keyword, seed);
        g_free(seed);
    }
}

static void each_capability(use what)
{
    size_t count;
    const capability_row *rows = capability_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *seed = g_strconcat(rows[i].keyword, " 35882577", NULL);
        what("capability", rows[i].keyword, seed);
        g_free(seed);
    }
}

static void each_mechanism(use what)
{
    size_t count;
    const sasl_mechanism_row *rows = sasl_mechanism_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *seed = g_strconcat(rows[i].name, "\n0n,,n=ann,r=abc", NULL);
        what("sasl", rows[i].name, seed);
        g_free(seed);
    }
}

static void each_code(use what)
{
    size_t count;
    const reply_code_row *rows = reply_code_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *word = g_strdup_printf("%u", rows[i].code);
        char *seed = g_strdup_printf("1%u %u.1.0 %s", rows[i].code, reply_severity(rows[i].code), rows[i].text);
        what("reply", word, seed);
        g_free(word);
        g_free(seed);
    }
}

static void each_status(use what)
{
    size_t count;
    const enhanced_status_row *rows = enhanced_status_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *word = g_strdup_printf("5.%u.%u", rows[i].subject, rows[i].detail);
        char *seed = g_strdup_printf("1550 %s %s", word, rows[i].text);
        what("reply", word, seed);
        g_free(word);
        g_free(seed);
    }
}

static void each_queue_id(use what)
{
    size_t count;
    const queue_id_row *rows = queue_id_rows(&count);

    for (size_t i = 0; i < count; i++) {
        if (rows[i].before)
            what("queue_id", rows[i].before, rows[i].example);
        if (rows[i].after)
            what("queue_id", rows[i].after, rows[i].example);
    }
}

static void each_software(use what)
{
    size_t count;
    const software_row *rows = software_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *seed = g_strdup_printf("mx.example.org ESMTP %s 4.95 ready", rows[i].signature);
        what("greeting", rows[i].signature, seed);
        g_free(seed);
    }
}

static void each_row(use what)
{
    each_verb(what);
    each_parameter(what);
    each_capability(what);
    each_mechanism(what);
    each_code(what);
    each_status(what);
    each_queue_id(what);
    each_software(what);
}

/* --- dictionary -------------------------------------------------------------------------------------------------------- */

/* libFuzzer: quotes and backslashes are escaped, and what is not printable is \xHH. */
static void print_word(const char *concept, const char *word, const char *seed)
{
    (void)concept;
    (void)seed;
    putchar('"');
    for (const char *at = word; *at; at++) {
        if (*at == '"' || *at == '\\')
            printf("\\%c", *at);
        else if (g_ascii_isprint(*at))
            putchar(*at);
        else
            printf("\\x%02X", (unsigned)(unsigned char)*at);
    }
    printf("\"\n");
}

/* What stands between the tables' words. */
static void print_marks(void)
{
    /* clang-format off */
    static const char *const marks[] = {
        "\r\n", "\n.\r\n", "\r\n.\r\n", "..", " LAST", "FROM:<", "TO:<", "=?utf-8?B?", "=?utf-8?Q?", "?=", "\\x{",
        "IPv6:", "::", "[", "]", "220 ", "250-", "250 ", "334 ", "354 ", "235 ", "PROXY TCP4 ", "PROXY TCP6 ",
        "PROXY UNKNOWN", "Subject:",
        "Message-ID: <", "n,,n=", "auth=Bearer ", "Hello ", "[192.0.2.1]", "NTLMSSP",
        "8BITMIME", "BINARYMIME",
        "\xfe" "C", "\xfe" "S", "\xfe" "c", "\xfe" "s", "\xfe" "K", "\xfe" "R", "\xfd", "\xfc", "\xfb", /* fuzz_session's; fuzz_conversation has two of these */
    };
    /* clang-format on */

    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        print_word(NULL, marks[i], NULL);
    puts("\"\\x0D\\x0A\\x0D\\x0A\\x00\\x0D\\x0AQUIT\\x0A\""); /* the signature of PROXY's version 2 */
}

/* --- seeds ------------------------------------------------------------------------------------------------------------- */

static const char *seeds_folder;
static unsigned seeds_made;

static void write_seed(const char *concept, const char *octets, size_t length)
{
    char *folder = g_build_filename(seeds_folder, concept, NULL);
    char *name = g_strdup_printf("%s/seed-%04u", folder, seeds_made++);

    if (g_mkdir_with_parents(folder, 0777) != 0 || !g_file_set_contents(name, octets, (gssize)length, NULL)) {
        fprintf(stderr, "tables: cannot write %s\n", name);
        exit(EXIT_FAILURE);
    }
    g_free(folder);
    g_free(name);
}

static void write_row(const char *concept, const char *word, const char *seed)
{
    (void)word;
    write_seed(concept, seed, strlen(seed));
}

/* The octet that an escape stands for; *at is moved to its last character. */
static char unescape(const char **at)
{
    static const char letters[] = "rnt\\", octets[] = "\r\n\t\\";
    const char *letter = strchr(letters, *++*at);

    if (**at == 'x' && g_ascii_isxdigit((*at)[1]) && g_ascii_isxdigit((*at)[2])) {
        *at += 2;
        return (char)(g_ascii_xdigit_value((*at)[-1]) << 4 | g_ascii_xdigit_value(**at));
    }
    if (!**at || !letter) {
        fprintf(stderr, "tables: no such escape: \\%s\n", *at);
        exit(EXIT_FAILURE);
    }
    return octets[letter - letters];
}

static void write_line(const char *concept, const char *line)
{
    GString *octets = g_string_new(NULL);

    for (const char *at = line; *at; at++)
        g_string_append_c(octets, *at == '\\' ? unescape(&at) : *at);
    write_seed(concept, octets->str, octets->len);
    g_string_free(octets, TRUE);
}

static void write_texts(const char *texts, const char *file)
{
    char *path = g_build_filename(texts, file, NULL), *concept = g_strndup(file, strcspn(file, "."));
    char *text = NULL;
    char **lines;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        fprintf(stderr, "tables: cannot read %s\n", path);
        exit(EXIT_FAILURE);
    }
    lines = g_strsplit(g_strchomp(text), "\n", -1);
    for (char **line = lines; *line; line++)
        write_line(concept, *line);
    g_strfreev(lines);
    g_free(text);
    g_free(concept);
    g_free(path);
}

static int make_seeds(const char *texts, const char *folder)
{
    GDir *files = g_dir_open(texts, 0, NULL);
    const char *file;

    if (!files) {
        fprintf(stderr, "tables: no folder %s\n", texts);
        return EXIT_FAILURE;
    }
    seeds_folder = folder;
    each_row(write_row);
    while ((file = g_dir_read_name(files)) != NULL)
        write_texts(texts, file);
    g_dir_close(files);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "seeds") == 0)
        return make_seeds(argv[2], argv[3]);
    if (argc != 2 || strcmp(argv[1], "dictionary") != 0) {
        fprintf(stderr, "tables dictionary | tables seeds TEXTS FOLDER\n");
        return EXIT_FAILURE;
    }
    each_row(print_word);
    print_marks();
    return EXIT_SUCCESS;
}
