/* verb_number.c — see verb_number.h. Verbs have their place in the table of wire/command.c, and what is no verb stands
 * behind.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/verb_number.h"

#include "wire/command.h"
#include "wire/names.h"

static const char *const no_verbs[] = {"CONNECT", "END-OF-DATA", "other"};
#define NO_VERBS (sizeof no_verbs / sizeof no_verbs[0])

unsigned verb_number_count(void)
{
    size_t verbs;

    verb_rows(&verbs);
    return (unsigned)(verbs + NO_VERBS);
}

const char *verb_number_name(unsigned number)
{
    size_t verbs;
    const verb_row *rows = verb_rows(&verbs);

    return number < verbs ? rows[number].name : no_verbs[number - verbs];
}

unsigned verb_number(const exchange *e)
{
    size_t verbs;
    const verb_row *rows = verb_rows(&verbs);
    const verb_row *row = (const verb_row *)names_find(span_of(e->name), rows, verbs, sizeof *rows);

    if (row)
        return (unsigned)(row - rows);
    for (unsigned i = 0; i < NO_VERBS - 1; i++)
        if (strcmp(e->name, no_verbs[i]) == 0)
            return (unsigned)verbs + i;
    return (unsigned)(verbs + NO_VERBS - 1);
}
