/* register.c — what the plugin registers: the protocol, its preferences, its ports.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dissector/register.h"

#include <epan/packet.h>

#include <epan/prefs.h>

#include "dissector/esmtp.h"
#include "dissector/route.h"

#define SMTP_PORTS "25,587" /* RFC 5321, 4.5.4.2; RFC 6409, 3.1 */
#define ODMR_PORT 366       /* RFC 2645, 4 */
#define LMTP_PORT 24        /* RFC 2033, 5: no port of its own; 24 is what servers listen on by habit */

/* 32 MiB: several times what servers commonly take, little beside the memory a capture of that size needs. */
preferences esmtp_preferences = {.decode_auth = true,
                                 .replace_builtin = true,
                                 .builtin_fields = true,
                                 .all_segments = true,
                                 .message_limit = 32,
                                 .held_limit = 4096,
                                 .parts_limit = 1000,
                                 .parts_depth_limit = 30,
                                 .part_octets_limit = 128,
                                 .parts_octets_limit = 256};

static dissector_handle_t esmtp_handle;
static dissector_handle_t lmtp_handle;

/* What is read of mails where their parts are asked for. */
static void part_preferences_register(module_t *module)
{
    prefs_register_bool_preference(module, "mime_expert", "Look for defects in the parts of mails",
                                   "Look for what is wrong with the parts of a mail: boundaries, encodings, long lines, "
                                   "programs. The mail is read once more for it each time its packet is shown.",
                                   &esmtp_preferences.mime_expert);
    prefs_register_bool_preference(module, "log_parts", "Attachments and URLs in the mail log",
                                   "The mail log also has the attachments of each mail, with their hashes, and the URLs in "
                                   "its texts. The contents of all mails are read for it.",
                                   &esmtp_preferences.log_parts);
    prefs_register_uint_preference(module, "parts_limit", "Most parts of a mail",
                                   "So many parts of a mail are read where its parts are asked for.", 10,
                                   &esmtp_preferences.parts_limit);
    prefs_register_uint_preference(module, "parts_depth_limit", "Most parts within one another",
                                   "Multiparts and messages within one another are read so many levels deep.", 10,
                                   &esmtp_preferences.parts_depth_limit);
    prefs_register_uint_preference(module, "part_octets_limit", "Largest part decoded (MiB)",
                                   "A part that was sent in more MiB (1,048,576 octets) than this is not decoded.", 10,
                                   &esmtp_preferences.part_octets_limit);
    prefs_register_uint_preference(module, "parts_octets_limit", "Most octets of parts decoded (MiB)",
                                   "When the parts of a mail were sent in more MiB (1,048,576 octets) than this, the rest "
                                   "is not decoded.",
                                   10, &esmtp_preferences.parts_octets_limit);
}

static void preferences_register(void)
{
    module_t *module = prefs_register_protocol(proto_esmtp, NULL);

    prefs_register_bool_preference(module, "decode_auth", "Show user names and passwords of AUTH",
                                   "Decode the base64 of AUTH and show the user names, passwords and tokens in it. "
                                   "The packet list never shows them.",
                                   &esmtp_preferences.decode_auth);
    prefs_register_uint_preference(module, "message_limit", "Largest message put together (MiB)",
                                   "Messages of more MiB (1,048,576 octets) than this are measured, but not put together "
                                   "from "
                                   "their packets and not shown as a mail. At most 1024 MiB; 0 for none.",
                                   10, &esmtp_preferences.message_limit);
    prefs_register_bool_preference(module, "replace_builtin", "Take the place of the built-in SMTP dissector",
                                   "Ports that point to the built-in dissector are dissected by this one. Without it, "
                                   "they and the ports of this one go back to the built-in.",
                                   &esmtp_preferences.replace_builtin);
    prefs_register_bool_preference(module, "builtin_fields", "Fill in the built-in dissector's fields",
                                   "Filters, columns, colouring rules and scripts that name fields of the built-in "
                                   "dissector "
                                   "(smtp.req.command and the like) find them. They are hidden.",
                                   &esmtp_preferences.builtin_fields);
    prefs_register_bool_preference(module, "all_segments", "Read TCP segments that are out of order or sent again",
                                   "Put the segments of SMTP connections in order as they were captured. Without it only "
                                   "those are read that TCP hands on, and what comes late counts as lost.",
                                   &esmtp_preferences.all_segments);
    prefs_register_uint_preference(module, "held_limit", "Most octets that wait for missing ones (KiB)",
                                   "Octets whose turn it is not wait until the missing ones come. Where more KiB (1,024 "
                                   "octets) "
                                   "of one direction would wait, the first hole counts as lost. At most 1048576 KiB.",
                                   10, &esmtp_preferences.held_limit);
    prefs_register_bool_preference(module, "log_tls", "TLS version and certificate in logs and reports",
                                   "The logs of mails and connections and the report also tell TLS version, cipher suite, "
                                   "server name and certificate. Each packet then takes more time.",
                                   &esmtp_preferences.log_tls);
    part_preferences_register(module);
}

bool preference_is_true(const char *protocol, const char *name)
{
    module_t *module = prefs_find_module(protocol);
    pref_t *preference = module ? prefs_find_preference(module, name) : NULL;
    char *value = preference ? prefs_pref_to_str(preference, pref_current) : NULL;
    bool is_true = value && g_ascii_strcasecmp(value, "TRUE") == 0;

    g_free(value);
    return is_true;
}

void dissector_register(void)
{
    /* The name stands in menus and dialogs. "SMTP" alone is the built-in dissector's, and no two protocols may have one. */
    proto_esmtp = proto_register_protocol("Extended Simple Mail Transfer Protocol", "SMTP (esmtp)", "esmtp");
    proto_esmtp_parts =
        proto_register_protocol_in_name_only("SMTP Parts of Mails", "SMTP Parts", "esmtp-parts", proto_esmtp, FT_PROTOCOL);
    fields_register();
    tap_register();
    preferences_register();
    esmtp_handle = register_dissector("esmtp", dissect_esmtp, proto_esmtp);
    lmtp_handle = register_dissector("lmtp", dissect_esmtp,
                                     proto_register_protocol_in_name_only("Local Mail Transfer Protocol", "LMTP", "lmtp",
                                                                          proto_esmtp, FT_PROTOCOL));
}

void dissector_register_handoff(void)
{
    dissector_add_uint_range_with_preference("tcp.port", SMTP_PORTS, esmtp_handle);
    dissector_add_uint("tcp.port", ODMR_PORT, esmtp_handle);
    dissector_add_uint("tcp.port", LMTP_PORT, lmtp_handle);
    tls_register_handoff(esmtp_handle);
    heuristic_register_handoff();
    ports_register_handoff(esmtp_handle);
    builtin_fields_register_handoff();
    register_init_routine(dissect_reset);
    register_init_routine(mail_readers_reset);
    register_init_routine(routes_reset);
}

dissector_handle_t dissector_handle(void)
{
    return esmtp_handle;
}

bool dissector_is_ours(dissector_handle_t handle)
{
    return handle == esmtp_handle || handle == lmtp_handle;
}
