/* draw_connection.c — what became of a connection, on its last packet that carried SMTP. All of it is generated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>

#include "dissector/connections.h"
#include "session/transaction.h"

static void draw_string(drawing *d, proto_tree *tree, field which, const char *value)
{
    if (value && field_is_wanted(which))
        proto_item_set_generated(proto_tree_add_string(tree, hf[which], d->tvb, 0, 0, value));
}

static void draw_span(drawing *d, proto_tree *tree, field which, span value)
{
    if (value.length)
        draw_string(d, tree, which, text_of(d->pinfo, value));
}

static void draw_silence(drawing *d, proto_tree *tree, const connection_record *of)
{
    nstime_t time = {.secs = (time_t)of->silence.seconds, .nsecs = of->silence.nanoseconds};

    if (of->has_silence && field_is_wanted(FIELD_CONNECTION_SILENCE))
        proto_item_set_generated(proto_tree_add_time(tree, hf[FIELD_CONNECTION_SILENCE], d->tvb, 0, 0, &time));
}

static const char *silence_text(drawing *d, const connection_record *of)
{
    if (!of->has_silence)
        return "";
    return wmem_strdup_printf(d->pinfo->pool, ", %" PRId64 ".%d s of silence", of->silence.seconds,
                              of->silence.nanoseconds / 100000000);
}

/* "closed by the server (RST) after DATA, 60.2 s of silence" */
static const char *end_text(drawing *d, const connection_record *of)
{
    bool by_side = !strcmp(of->closed_by, "client") || !strcmp(of->closed_by, "server");
    const char *alert = of->has_tls_alert ? wmem_strdup_printf(d->pinfo->pool, " (alert %u)", of->tls_alert) : "";
    const char *after = strcmp(of->phase, "IDLE") ? wmem_strdup_printf(d->pinfo->pool, " after %s%s", of->phase, alert) : "";

    if (!of->close)
        return wmem_strdup_printf(d->pinfo->pool, "not closed in the capture%s", after);
    return wmem_strdup_printf(d->pinfo->pool, "closed%s%s (%s)%s%s", by_side ? " by the " : "", by_side ? of->closed_by : "",
                              of->close, after, silence_text(d, of));
}

static proto_item *draw_connection_item(drawing *d, const connection_record *of)
{
    proto_item *item;

    if (!field_is_wanted(FIELD_CONNECTION))
        return NULL;
    item = proto_tree_add_none_format(d->tree, hf[FIELD_CONNECTION], d->tvb, 0, 0, "Connection: %u mail%s, %s", of->mails,
                                      of->mails == 1 ? "" : "s", end_text(d, of));
    proto_item_set_generated(item);
    return item;
}

static void draw_connection_fields(drawing *d, proto_tree *tree, const connection_record *of)
{
    draw_span(d, tree, FIELD_CONNECTION_SERVER_NAME, of->server_name);
    draw_span(d, tree, FIELD_CONNECTION_SERVER_SOFTWARE, of->server_software);
    draw_span(d, tree, FIELD_CONNECTION_CLIENT_NAME, of->client_name);
    draw_generated_number(tree, FIELD_CONNECTION_MAILS, d->tvb, of->mails);
    if (field_is_wanted(FIELD_CONNECTION_QUIT))
        proto_item_set_generated(proto_tree_add_boolean(tree, hf[FIELD_CONNECTION_QUIT], d->tvb, 0, 0, of->quit));
    draw_string(d, tree, FIELD_CONNECTION_CLOSED_BY, of->closed_by);
    draw_string(d, tree, FIELD_CONNECTION_CLOSE, of->close);
    draw_string(d, tree, FIELD_CONNECTION_PHASE, of->phase);
    draw_silence(d, tree, of);
    draw_string(d, tree, FIELD_CONNECTION_TLS, of->tls);
    if (of->code)
        draw_generated_number(tree, FIELD_CONNECTION_CODE, d->tvb, of->code);
    draw_span(d, tree, FIELD_CONNECTION_TEXT, of->text);
}

/* What was to come next. */
static const char *awaited(drawing *d, const connection_record *of)
{
    if (!strcmp(of->phase, "IDLE"))
        return "with a mail begun";
    if (!strcmp(of->phase, "CONTENT"))
        return "inside the content";
    if (!strcmp(of->phase, "TLS"))
        return "inside the TLS handshake";
    if (!strcmp(of->phase, "CONNECT"))
        return "before the greeting";
    return wmem_strdup_printf(d->pinfo->pool, "before the reply to %s", of->phase);
}

/* More of it may come in later packets: nothing is shown on the first visit. */
void draw_connection(drawing *d)
{
    connection_record of;
    proto_item *item;

    if (!d->pinfo->fd->visited || !groups_are_wanted(GROUP_CONNECTION) ||
        !session_is_last(d->connection->session, d->segment))
        return;
    of = carrier_record(d->connection->carrier);
    item = draw_connection_item(d, &of);
    draw_connection_fields(d, draw_below(d->tree, item, SUBTREE_CONNECTION), &of);
    if (of.chunk_left && item)
        draw_expert_format(d, item, NOTE_BDAT_INCOMPLETE, "%s octets of a chunk had still to come (RFC 3030, 2)",
                           grouped(d->pinfo, of.chunk_left));
    if (of.lost && item)
        draw_expert_format(d, item, NOTE_CONNECTION_LOST, "The connection was lost %s: %s", awaited(d, &of),
                           end_text(d, &of));
}
