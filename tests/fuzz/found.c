/* found.c — see found.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "found.h"

#include "session/transaction.h"

/* Of the address sanitizer; absent in builds without it. */
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    g_setenv("WIRESHARK_DEBUG_WMEM_OVERRIDE", "simple", TRUE);
    wmem_init();
    return 0;
}

size_t allocated_octets(void)
{
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : 0;
}

void check_event(places *p, const segments_event *e)
{
    unsigned who = e->direction;

    g_assert_cmpuint(who, <, 2);
    if (e->kind != SEGMENTS_RETRANSMITTED && e->kind != SEGMENTS_LATE && e->cause != SEGMENTS_CAUSE_RESET && p->begun[who] &&
        e->position == p->end[who] && p->next[who] == e->position + 1)
        p->next[who] = e->position; /* that FIN was forged: octets are in its place, or another FIN */
    for (uint64_t i = 0; e->octets && i < e->length; i++)
        p->touched += e->octets[i];
    switch ((segments_event_kind)e->kind) {
    case SEGMENTS_RESTART:
        p->begun[0] = p->begun[1] = false;
        break;
    case SEGMENTS_ENDED:
        if (e->cause == SEGMENTS_CAUSE_RESET)
            break;
        g_assert_true(!p->begun[who] || e->position == p->next[who]);
        p->begun[who] = true;
        p->end[who] = e->position;
        p->next[who] = e->position + 1;
        break;
    case SEGMENTS_READ:
    case SEGMENTS_LOST:
        g_assert_cmpuint(e->length, >, 0);
        g_assert_true(!p->begun[who] || e->position == p->next[who]);
        g_assert_true(e->kind == SEGMENTS_LOST || e->octets);
        p->begun[who] = true;
        p->next[who] = e->position + e->length;
        break;
    case SEGMENTS_HELD:
        g_assert_true(!p->begun[who] || e->position >= p->next[who]);
        g_assert_cmpuint(e->length, >, 0);
        break;
    case SEGMENTS_RETRANSMITTED:
        g_assert_cmpuint(e->differing, <=, e->length);
        break;
    case SEGMENTS_LATE:
    case SEGMENTS_ASIDE:
        break;
    }
}

/* Sums up octets, so that a read of memory that is gone shows. */
static unsigned read_span(span in)
{
    unsigned sum = 0;

    for (size_t i = 0; i < in.length; i++)
        sum += in.octets[i];
    return sum;
}

static unsigned read_text(const char *text)
{
    return text ? read_span(span_of(text)) : 0;
}

static unsigned read_message(const message *m)
{
    unsigned sum = 0;

    if (!m)
        return 0;
    if (m->octets)
        sum += read_span((span){m->octets, (size_t)message_captured(m)});
    for (uint32_t i = 0; i < m->frames_count; i++)
        sum += m->frames[i];
    for (unsigned i = 0; m->header && i < m->header->count; i++)
        sum += read_span(header_value_text(&m->header->values[i]));
    return sum;
}

unsigned read_transaction(const transaction *t)
{
    unsigned sum = read_text(t->ended_by) + read_span(t->helo) + read_span(t->mail_from) + read_span(t->auth_username) +
                   read_text(t->method) + read_message(t->message) + read_span(t->verdict.status) +
                   read_span(t->verdict.text) + read_span(t->verdict.queue_id);

    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++)
        sum += read_span(((const recipient *)wmem_array_index(t->recipients, i))->address);
    return sum;
}

static unsigned read_auth(const auth_exchange *auth)
{
    return auth ? read_text(auth->mechanism) + read_text(auth->outcome) + read_span(auth->username) : 0;
}

static unsigned read_finding(const finding *f)
{
    unsigned sum = f->octets ? read_span((span){f->octets, f->length}) : 0;

    if (f->exchange)
        sum += read_text(f->exchange->name) + read_auth(exchange_auth(f->exchange)) +
               read_message(exchange_content(f->exchange));
    if (f->kind == FINDING_CONTENT || f->kind == FINDING_END_OF_DATA)
        sum += read_message(f->message);
    else if (f->kind == FINDING_TRANSACTION)
        sum += read_transaction(f->transaction);
    else if (f->kind == FINDING_AUTH_RESPONSE)
        sum += read_auth(f->auth);
    return sum;
}

unsigned read_segment(const segment *of)
{
    unsigned sum = 0;

    for (unsigned n = 0; n < of->count; n++)
        sum += read_finding(&of->findings[n]);
    return sum;
}
