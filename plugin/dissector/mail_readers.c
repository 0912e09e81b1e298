/* mail_readers.c — finds out whether anybody can see what the mail's own dissector would make of a mail.
 *
 * That dissector and those that it calls for the parts take as long as all else that is done for a short mail, and more for
 * a long one. A command line that asks for fields of SMTP and of what is below it, or for our own logs, shows none of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/esmtp.h"

static enum { NOT_KNOWN, MAILS_ARE_READ, MAILS_ARE_NOT_READ } found;

/* Protocols to which a mail adds no field: those that carry SMTP, and ours. */
static const char *const without_mails[] = {"frame", "eth", "sll", "null", "raw",   "vlan", "ip",
                                            "ipv6",  "tcp", "tls", "smtp", "esmtp", NULL};
/* But these: the names of the protocols in a packet, and all that is told in words alone, which has no protocol. */
static const char *const fields_with_mails[] = {"frame.protocols", "text", NULL};

static bool has_no_mails(int protocol)
{
    return g_strv_contains(without_mails, proto_get_protocol_filter_name(protocol));
}

static bool field_has_no_mails(const char *name)
{
    const header_field_info *info = proto_registrar_get_byname(name);

    return info && !g_strv_contains(fields_with_mails, name) && has_no_mails(info->parent == -1 ? info->id : info->parent);
}

/* What filters and statistics refer to: epan notes that in the rows of the fields and of their protocols. */
static bool no_reference_to_mails(void)
{
    void *at;

    for (int id = proto_get_first_protocol(&at); id != -1; id = proto_get_next_protocol(&at))
        if (proto_registrar_get_nth((unsigned)id)->ref_type != HF_REF_TYPE_NONE && !has_no_mails(id))
            return false;
    for (const char *const *name = fields_with_mails; *name; name++)
        if (proto_registrar_get_byname(*name)->ref_type != HF_REF_TYPE_NONE)
            return false;
    return true;
}

static bool nobody_reads_mails(const packet_info *pinfo)
{
    return command_line_visits() == VISITS_ONCE && !command_line_reads_more() && !pinfo->cinfo && !fields_have_readers() &&
           command_line_all_fields(field_has_no_mails) && no_reference_to_mails();
}

/* The same for each packet of a file that is read once: looked up with its first mail. */
bool mails_are_read(const packet_info *pinfo)
{
    if (found == NOT_KNOWN)
        found = nobody_reads_mails(pinfo) ? MAILS_ARE_NOT_READ : MAILS_ARE_READ;
    return found == MAILS_ARE_READ;
}

void mail_readers_reset(void)
{
    found = NOT_KNOWN;
}
