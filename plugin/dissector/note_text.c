/* note_text.c — what an expert information says of the finding that it is about: the thing, the place and the number.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/esmtp.h"
#include "session/parsed.h"

/* --- replies ----------------------------------------------------------------------------------------------------------- */

/* What is wrong with a line; NULL for one that the RFC allows. */
static const char *wrong_with(const parsed_reply_line *in)
{
    if (!in->line.text.length)
        return "an empty line";
    if (!in->valid)
        return "expected three digits, and \"-\", a space or nothing behind them";
    return in->parsed.code_valid ? NULL : "expected a code from 200 to 559";
}

static const char *reply_syntax_text(drawing *d, const finding *f)
{
    unsigned count;
    const parsed_reply_line *lines = reply_lines_of(d, f, &count);

    for (unsigned i = 0; i < count; i++) {
        const char *wrong = wrong_with(&lines[i]);
        if (wrong)
            return wmem_strdup_printf(d->pinfo->pool, "Line %u of the reply: %s (RFC 5321, 4.2)", i + 1, wrong);
    }
    return NULL;
}

/* --- the table --------------------------------------------------------------------------------------------------------- */

static const char *command_syntax_text(drawing *d, const finding *f)
{
    (void)d;
    (void)f;
    return "Expected a command: a verb of letters (RFC 5321, 4.1.1)";
}

static const char *(*const texts[NOTE_COUNT])(drawing *, const finding *) = {
    [NOTE_SYNTAX] = command_syntax_text,
    [NOTE_REPLY_SYNTAX] = reply_syntax_text,
};

const char *note_text(drawing *d, const finding *f, note which)
{
    return texts[which] ? texts[which](d, f) : NULL;
}
