/* refusal.c — why a server refused or deferred.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "refusal.h"

static const refusal_reason reasons[REFUSAL_IDS] = {
    [REFUSAL_UNKNOWN] = {"reason not known", REFUSAL_FAULT_UNKNOWN, "Ask the server's administrator."},
    [REFUSAL_NO_SUCH_USER] = {"no such user", REFUSAL_FAULT_RECIPIENT_ADDRESS,
                              "Check the address with the recipient; it will not work by trying again."},
    [REFUSAL_MAILBOX_FULL] = {"mailbox full", REFUSAL_FAULT_RECIPIENT_ADDRESS,
                              "The recipient has to make room; try again later."},
    [REFUSAL_MAILBOX_DISABLED] = {"mailbox disabled", REFUSAL_FAULT_RECIPIENT_ADDRESS,
                                  "Ask the recipient for another address."},
    [REFUSAL_MAILBOX_BUSY] = {"mailbox not available now", REFUSAL_FAULT_RECIPIENT_SERVER,
                              "The client should try again by itself: look for the next try."},
    [REFUSAL_RECIPIENT_RESTRICTED] = {"the recipient takes mail from some senders alone", REFUSAL_FAULT_RECIPIENT_ADDRESS,
                                      "Ask the recipient's administrator to admit the sender."},
    [REFUSAL_RECIPIENT_DOMAIN] = {"the recipient's domain is not known", REFUSAL_FAULT_RECIPIENT_DOMAIN,
                                  "Check the domain's spelling, and its MX and address records."},
    [REFUSAL_NO_MAIL_ACCEPTED] = {"the host or domain takes no mail", REFUSAL_FAULT_RECIPIENT_DOMAIN,
                                  "Check the domain's spelling and its MX records: this is not a server for it."},
    [REFUSAL_RELAY] = {"relaying denied", REFUSAL_FAULT_CLIENT,
                       "The server neither serves the recipient's domain nor knows the client: authenticate, or correct the "
                       "route or the MX records."},
    [REFUSAL_GREYLISTED] = {"greylisted", REFUSAL_FAULT_NOBODY,
                            "Nothing to do if the client tries again from the same address: look for the next try."},
    [REFUSAL_RATE] = {"too much mail at once", REFUSAL_FAULT_SENDING_HOST,
                      "Send more slowly and over fewer connections; look for what sends so much."},
    [REFUSAL_SENDER_QUOTA] = {"the sender's limit is used up", REFUSAL_FAULT_SENDER_ADDRESS,
                              "Wait for the limit's period to end, or have it raised; look for a stolen account."},
    [REFUSAL_SENDER_SUSPENDED] = {"the sender's account is suspended", REFUSAL_FAULT_SENDER_ADDRESS,
                                  "Ask the provider why; look for a stolen account."},
    [REFUSAL_BLOCKLISTED] = {"the sending host is on a blocklist", REFUSAL_FAULT_SENDING_HOST,
                             "Look the address up at the list that is named, remove the cause, then ask for removal."},
    [REFUSAL_DOMAIN_BLOCKLISTED] = {"a domain in the mail is on a blocklist", REFUSAL_FAULT_SENDER_DOMAIN,
                                    "Look the domain up at the list that is named: the sender's, or one in a link."},
    [REFUSAL_REPUTATION] = {"bad reputation of the sending host", REFUSAL_FAULT_SENDING_HOST,
                            "Look at what the host sends; use the provider's postmaster page that the reply names."},
    [REFUSAL_HOST_NOT_ADMITTED] = {"the server does not admit this host", REFUSAL_FAULT_SENDING_HOST,
                                   "Authenticate, or send through a server that is admitted; else ask the server's "
                                   "administrator."},
    [REFUSAL_REVERSE_DNS] = {"the sending host's address has no valid name", REFUSAL_FAULT_SENDING_HOST,
                             "Set a PTR record for the address, and an address record for that name."},
    [REFUSAL_HELO] = {"the name in HELO or EHLO is refused", REFUSAL_FAULT_CLIENT,
                      "Have the client give its full host name, one that resolves to its address."},
    [REFUSAL_SPF] = {"SPF: the host may not send for the domain", REFUSAL_FAULT_SENDER_DOMAIN,
                     "Add the host to the domain's SPF record, or send through the domain's own servers."},
    [REFUSAL_DKIM] = {"DKIM: no valid signature", REFUSAL_FAULT_SENDER_DOMAIN,
                      "Check the signature and the key record; look for what changes the mail on its way."},
    [REFUSAL_DMARC] = {"DMARC or missing authentication of the sender's domain", REFUSAL_FAULT_SENDER_DOMAIN,
                       "Make SPF or DKIM pass for the domain of the From field."},
    [REFUSAL_SENDER_DOMAIN] = {"the sender's domain does not resolve", REFUSAL_FAULT_SENDER_DOMAIN,
                               "Check the domain's spelling, and its MX and address records."},
    [REFUSAL_SENDER_ADDRESS] = {"the sender's address is refused", REFUSAL_FAULT_SENDER_ADDRESS,
                                "Check that the sender's address exists and takes mail."},
    [REFUSAL_SENDER_NOT_OWNED] = {"the user may not send from this address", REFUSAL_FAULT_SENDER_ADDRESS,
                                  "Send from an address that belongs to the user, or allow the other one."},
    [REFUSAL_SPAM] = {"taken for spam", REFUSAL_FAULT_CONTENT,
                      "Look at content, links and the sender's reputation; ask the recipient's administrator."},
    [REFUSAL_VIRUS] = {"virus or malware", REFUSAL_FAULT_CONTENT, "Examine the sender's machine and the attachment."},
    [REFUSAL_CONTENT] = {"content not accepted", REFUSAL_FAULT_CONTENT,
                         "Look at what the reply names: an attachment, a header field, a format."},
    [REFUSAL_TOO_LARGE] = {"message too large", REFUSAL_FAULT_CONTENT,
                           "Send less, or another way; the EHLO reply's SIZE names the limit."},
    [REFUSAL_TOO_MANY_RECIPIENTS] = {"too many recipients", REFUSAL_FAULT_CLIENT,
                                     "The client should send to the others in a further mail."},
    [REFUSAL_TLS_WANTED] = {"TLS wanted first", REFUSAL_FAULT_CLIENT, "Switch STARTTLS on in the client."},
    [REFUSAL_TLS_UNAVAILABLE] = {"TLS not available", REFUSAL_FAULT_RECIPIENT_SERVER,
                                 "Check the server's certificate and key."},
    [REFUSAL_TLS_POLICY] = {"TLS is not as the domain's policy (DANE, MTA-STS) wants it", REFUSAL_FAULT_RECIPIENT_DOMAIN,
                            "Check the certificate of the domain's servers, and its TLSA records or MTA-STS policy."},
    [REFUSAL_REQUIRETLS] = {"REQUIRETLS cannot be kept", REFUSAL_FAULT_RECIPIENT_SERVER,
                            "Send without REQUIRETLS, or over servers that all offer it."},
    [REFUSAL_AUTH_WANTED] = {"authentication wanted first", REFUSAL_FAULT_CLIENT,
                             "Give the client user name and password, or use the port for mail between servers."},
    [REFUSAL_AUTH_FAILED] = {"authentication failed", REFUSAL_FAULT_CREDENTIALS,
                             "Check user name and password; some providers want a password for the program."},
    [REFUSAL_AUTH_UNAVAILABLE] = {"authentication not possible now", REFUSAL_FAULT_RECIPIENT_SERVER,
                                  "Check the server's user database."},
    [REFUSAL_DNS_TEMPORARY] = {"a name could not be looked up now", REFUSAL_FAULT_RECIPIENT_SERVER,
                               "Check the name servers of the domain that is named, and the server's resolver."},
    [REFUSAL_NEXT_HOP] = {"the server cannot reach the next one", REFUSAL_FAULT_RECIPIENT_SERVER,
                          "Check the server's route, and whether the next server answers."},
    [REFUSAL_LOOP] = {"mail loop", REFUSAL_FAULT_RECIPIENT_SERVER, "Look for servers or forwards that send to each other."},
    [REFUSAL_STORAGE] = {"the server has no room", REFUSAL_FAULT_RECIPIENT_SERVER, "Free disk space on the server."},
    [REFUSAL_BUSY] = {"the server is busy", REFUSAL_FAULT_RECIPIENT_SERVER,
                      "The client should try again by itself; if it lasts, look at the server's load and limits."},
    [REFUSAL_SHUTDOWN] = {"the server closes its service", REFUSAL_FAULT_RECIPIENT_SERVER,
                          "The client should try again by itself."},
    [REFUSAL_TIMEOUT] = {"the server did not wait longer", REFUSAL_FAULT_UNKNOWN,
                         "Look for what is slow: the client, or the network (the longest wait shows where)."},
    [REFUSAL_TOO_MANY_ERRORS] = {"too many errors", REFUSAL_FAULT_CLIENT,
                                 "Look at the refusals before this one: they are the cause."},
    [REFUSAL_LOCAL_ERROR] = {"an error on the server", REFUSAL_FAULT_RECIPIENT_SERVER,
                             "Look into the server's log; the client should try again by itself."},
    [REFUSAL_POLICY] = {"against the server's policy", REFUSAL_FAULT_UNKNOWN,
                        "Ask the server's administrator which rule it was."},
    [REFUSAL_ADDRESS_SYNTAX] = {"the address is not valid", REFUSAL_FAULT_CLIENT, "Correct the address's spelling."},
    [REFUSAL_SYNTAX] = {"the server does not understand the command", REFUSAL_FAULT_CLIENT,
                        "Look at the command: the client, or something between, spoils it."},
    [REFUSAL_NOT_IMPLEMENTED] = {"the server does not know the command", REFUSAL_FAULT_CLIENT,
                                 "The client should ask only for what the EHLO reply offers."},
    [REFUSAL_SEQUENCE] = {"command out of order", REFUSAL_FAULT_CLIENT,
                          "Look at the commands before it: one was refused, or is missing."},
};

static const char *const faults[REFUSAL_FAULT_COUNT] = {
    [REFUSAL_FAULT_UNKNOWN] = "",
    [REFUSAL_FAULT_RECIPIENT_ADDRESS] = "the recipient's address",
    [REFUSAL_FAULT_RECIPIENT_SERVER] = "the receiving server",
    [REFUSAL_FAULT_RECIPIENT_DOMAIN] = "the recipient's domain",
    [REFUSAL_FAULT_SENDER_ADDRESS] = "the sender's address or account",
    [REFUSAL_FAULT_SENDER_DOMAIN] = "the sender's domain",
    [REFUSAL_FAULT_SENDING_HOST] = "the sending host",
    [REFUSAL_FAULT_CLIENT] = "the client's configuration",
    [REFUSAL_FAULT_CREDENTIALS] = "the user name or password",
    [REFUSAL_FAULT_CONTENT] = "the content",
    [REFUSAL_FAULT_NOBODY] = "nobody",
};

/* Statuses that say one thing, whatever the class (RFC 5248's registry). Those that servers use for anything, X.7.1 and
 * X.0.0 above all, are not here. */
typedef struct status_rule {
    uint16_t subject, detail;
    refusal_id id;
    uint8_t status_class; /* of this class alone; 0: of both */
} status_rule;

static const status_rule statuses[] = {
    {1, 1, REFUSAL_NO_SUCH_USER, 0},
    {1, 2, REFUSAL_RECIPIENT_DOMAIN, 0},
    {1, 3, REFUSAL_ADDRESS_SYNTAX, 0},
    {1, 6, REFUSAL_NO_SUCH_USER, 0},
    {1, 7, REFUSAL_SENDER_ADDRESS, 0},
    {1, 8, REFUSAL_SENDER_DOMAIN, 0},
    {1, 10, REFUSAL_NO_MAIL_ACCEPTED, 0},
    {2, 1, REFUSAL_MAILBOX_BUSY, 4},
    {2, 1, REFUSAL_MAILBOX_DISABLED, 0},
    {2, 2, REFUSAL_MAILBOX_FULL, 0},
    {2, 3, REFUSAL_TOO_LARGE, 0},
    {3, 1, REFUSAL_STORAGE, 0},
    {3, 2, REFUSAL_NO_MAIL_ACCEPTED, 5},
    {3, 2, REFUSAL_BUSY, 0},
    {3, 4, REFUSAL_TOO_LARGE, 0},
    {4, 1, REFUSAL_NEXT_HOP, 0},
    {4, 3, REFUSAL_DNS_TEMPORARY, 0},
    {4, 4, REFUSAL_NEXT_HOP, 0},
    {4, 5, REFUSAL_BUSY, 0},
    {4, 6, REFUSAL_LOOP, 0},
    {4, 7, REFUSAL_NEXT_HOP, 0},
    {5, 2, REFUSAL_SYNTAX, 0},
    {5, 3, REFUSAL_TOO_MANY_RECIPIENTS, 0},
    {6, 0, REFUSAL_CONTENT, 0},
    {6, 1, REFUSAL_CONTENT, 0},
    {6, 2, REFUSAL_CONTENT, 0},
    {6, 3, REFUSAL_CONTENT, 0},
    {6, 6, REFUSAL_CONTENT, 0},
    {6, 7, REFUSAL_NOT_IMPLEMENTED, 0}, /* SMTPUTF8 */
    {7, 2, REFUSAL_RECIPIENT_RESTRICTED, 0},
    {7, 5, REFUSAL_TLS_POLICY, 0},
    {7, 8, REFUSAL_AUTH_FAILED, 0},
    {7, 9, REFUSAL_AUTH_FAILED, 0},
    {7, 10, REFUSAL_TLS_WANTED, 0},
    {7, 11, REFUSAL_TLS_WANTED, 0},
    {7, 13, REFUSAL_AUTH_FAILED, 0},
    {7, 20, REFUSAL_DKIM, 0},
    {7, 21, REFUSAL_DKIM, 0},
    {7, 22, REFUSAL_DKIM, 0},
    {7, 23, REFUSAL_SPF, 0},
    {7, 24, REFUSAL_SPF, 0},
    {7, 25, REFUSAL_REVERSE_DNS, 0},
    {7, 26, REFUSAL_DMARC, 0},
    {7, 27, REFUSAL_SENDER_DOMAIN, 0},
    {7, 28, REFUSAL_RATE, 0},
    {7, 30, REFUSAL_REQUIRETLS, 0},
    /* Of no registry: Exchange and Microsoft 365. */
    {4, 14, REFUSAL_LOOP, 0},
    {7, 54, REFUSAL_RELAY, 0},
    {7, 57, REFUSAL_AUTH_WANTED, 0},
    {7, 60, REFUSAL_SENDER_NOT_OWNED, 0},
    {7, 64, REFUSAL_RELAY, 0},
    {7, 124, REFUSAL_RECIPIENT_RESTRICTED, 0},
    {7, 129, REFUSAL_RECIPIENT_RESTRICTED, 0},
    {7, 133, REFUSAL_RECIPIENT_RESTRICTED, 0},
    {7, 134, REFUSAL_RECIPIENT_RESTRICTED, 0},
    {7, 135, REFUSAL_RECIPIENT_RESTRICTED, 0},
    {7, 136, REFUSAL_RECIPIENT_RESTRICTED, 0},
    {7, 139, REFUSAL_AUTH_FAILED, 0},
    {7, 320, REFUSAL_TLS_POLICY, 0},
    {7, 321, REFUSAL_TLS_POLICY, 0},
    {7, 322, REFUSAL_TLS_POLICY, 0},
    {7, 323, REFUSAL_TLS_POLICY, 0},
    {7, 324, REFUSAL_TLS_POLICY, 0},
    {7, 500, REFUSAL_BUSY, 0},
    {7, 509, REFUSAL_DMARC, 0},
    {7, 515, REFUSAL_DMARC, 0},
    {7, 708, REFUSAL_REPUTATION, 0},
};

/* A wording, in lower case, and what it means; the more specific one stands first. With a `code`, for replies with that code
 * alone. */
typedef struct wording_rule {
    const char *wording;
    refusal_id id;
    uint16_t code;
} wording_rule;

/* Wordings that say more than the status beside them, or contradict it. */
static const wording_rule telling_wordings[] = {
    {"greylist", REFUSAL_GREYLISTED, 0},
    {"graylist", REFUSAL_GREYLISTED, 0},
    {"grey-list", REFUSAL_GREYLISTED, 0},
    {"grey list", REFUSAL_GREYLISTED, 0},
    {"service currently unavailable", REFUSAL_GREYLISTED, 450}, /* Postfix's postscreen */
    {"dbl.spamhaus", REFUSAL_DOMAIN_BLOCKLISTED, 0},
    {"surbl", REFUSAL_DOMAIN_BLOCKLISTED, 0},
    {"uribl", REFUSAL_DOMAIN_BLOCKLISTED, 0},
    {"rhsbl", REFUSAL_DOMAIN_BLOCKLISTED, 0},
    {"spamhaus", REFUSAL_BLOCKLISTED, 0},
    {"spamcop", REFUSAL_BLOCKLISTED, 0},
    {"barracudacentral", REFUSAL_BLOCKLISTED, 0},
    {"sorbs.net", REFUSAL_BLOCKLISTED, 0},
    {"blocked using", REFUSAL_BLOCKLISTED, 0},
    {"blocklist", REFUSAL_BLOCKLISTED, 0},
    {"block list", REFUSAL_BLOCKLISTED, 0},
    {"blacklist", REFUSAL_BLOCKLISTED, 0},
    {"black list", REFUSAL_BLOCKLISTED, 0},
    {"dnsbl", REFUSAL_BLOCKLISTED, 0},
    {"banned sending ip", REFUSAL_BLOCKLISTED, 0},
    {"banned sender", REFUSAL_BLOCKLISTED, 0}, /* Microsoft 365 */
    {"ipcheck.proofpoint", REFUSAL_BLOCKLISTED, 0},
    {"rbl", REFUSAL_BLOCKLISTED, 0},
    {"[bl21]", REFUSAL_BLOCKLISTED, 0},
    {"[bl23]", REFUSAL_BLOCKLISTED, 0},
    {"relay access denied", REFUSAL_RELAY, 0},
    {"relaying denied", REFUSAL_RELAY, 0},
    {"relay not permitted", REFUSAL_RELAY, 0},
    {"relaying is denied", REFUSAL_RELAY, 0},
    {"unable to relay", REFUSAL_RELAY, 0},
    {"not permitted to relay", REFUSAL_RELAY, 0},
    {"relaying not allowed", REFUSAL_RELAY, 0},
    {"relay not allowed", REFUSAL_RELAY, 0},
    {"we do not relay", REFUSAL_RELAY, 0},
    {"allowed rcpthosts", REFUSAL_RELAY, 0},
    {"mailbox full", REFUSAL_MAILBOX_FULL, 0},
    {"mailbox is full", REFUSAL_MAILBOX_FULL, 0},
    {"over quota", REFUSAL_MAILBOX_FULL, 0},
    {"overquota", REFUSAL_MAILBOX_FULL, 0},
    {"quota exceeded (mailbox", REFUSAL_MAILBOX_FULL, 0},
    {"user's quota", REFUSAL_MAILBOX_FULL, 0},
    {"exceeded storage allocation", REFUSAL_MAILBOX_FULL, 0},
    {"helo command rejected", REFUSAL_HELO, 0},
    {"ehlo command rejected", REFUSAL_HELO, 0},
    {"invalid helo", REFUSAL_HELO, 0},
    {"invalid ehlo", REFUSAL_HELO, 0},
    {"bad helo", REFUSAL_HELO, 0},
    {"need fully-qualified address", REFUSAL_ADDRESS_SYNTAX, 0},
    {"verification in progress", REFUSAL_MAILBOX_BUSY, 0}, /* Postfix, with 4.1.1 */
    {"resolve sender domain", REFUSAL_SENDER_DOMAIN, 0},
    {"insufficient disk", REFUSAL_STORAGE, 0},
    {"connection rate", REFUSAL_RATE, 0},
    {"maximum number of concurrent", REFUSAL_RATE, 0},              /* Exchange, with 4.3.2 */
    {"timeout waiting for input", REFUSAL_TIMEOUT, 0},              /* Sendmail, with 4.4.1 */
    {"connection timed out", REFUSAL_TIMEOUT, 421},                 /* Exchange, with 4.4.1 */
    {"not accepted for policy reasons", REFUSAL_POLICY, 0},         /* Yahoo, with 5.7.9 */
    {"evaluating dkim", REFUSAL_DKIM, 0},                           /* Yahoo, with 5.7.5 */
    {"bad outbound sender", REFUSAL_SENDER_SUSPENDED, 0},           /* Microsoft 365, with 5.1.8 */
    {"maximum credits exceeded", REFUSAL_SENDER_QUOTA, 0},          /* SendGrid, to AUTH */
    {"address rejected: access denied", REFUSAL_NO_SUCH_USER, 550}, /* Microsoft 365, with 5.4.1 */
    {"recipientnotfound", REFUSAL_NO_SUCH_USER, 0},                 /* Exchange, with 5.1.10 */
    {"receiving mail too quickly", REFUSAL_RATE, 0},                /* Gmail, with 4.2.1 */
    {"receiving mail at a rate", REFUSAL_RATE, 0},                  /* Gmail, with 4.2.1 */
    {"daily user sending", REFUSAL_SENDER_QUOTA, 0},                /* Gmail, with 5.4.5 */
    {"daily sending quota", REFUSAL_SENDER_QUOTA, 0},
    {"daily message quota", REFUSAL_SENDER_QUOTA, 0}, /* Amazon SES */
    {"sender address rejected: not owned", REFUSAL_SENDER_NOT_OWNED, 0},
    {"not authorized to send as", REFUSAL_SENDER_NOT_OWNED, 0},
    {"sendasdenied", REFUSAL_SENDER_NOT_OWNED, 0},
    {"address is not verified", REFUSAL_SENDER_NOT_OWNED, 0}, /* Amazon SES */
};

/* Wordings that are looked for when the status is none of the precise ones. */
static const wording_rule wordings[] = {
    {"dmarc", REFUSAL_DMARC, 0},
    {"required authentication level", REFUSAL_DMARC, 0}, /* Microsoft, with 5.7.515 */
    {"unauthenticated email", REFUSAL_DMARC, 0},
    {"spf", REFUSAL_SPF, 0},
    {"sender policy framework", REFUSAL_SPF, 0},
    {"dkim", REFUSAL_DKIM, 0},
    {"virus", REFUSAL_VIRUS, 0},
    {"malware", REFUSAL_VIRUS, 0},
    {"infected", REFUSAL_VIRUS, 0},
    {"reverse dns", REFUSAL_REVERSE_DNS, 0},
    {"reverse hostname", REFUSAL_REVERSE_DNS, 0},
    {"ptr record", REFUSAL_REVERSE_DNS, 0},
    {"ptr resource record", REFUSAL_REVERSE_DNS, 0}, /* GMX */
    {"cannot find your hostname", REFUSAL_REVERSE_DNS, 0},
    {"cannot find your reverse", REFUSAL_REVERSE_DNS, 0},
    {"ip name lookup failed", REFUSAL_REVERSE_DNS, 0},
    {"fix reverse", REFUSAL_REVERSE_DNS, 0},
    {"must issue a starttls", REFUSAL_TLS_WANTED, 0},
    {"starttls first", REFUSAL_TLS_WANTED, 0},
    {"starttls is required", REFUSAL_TLS_WANTED, 0},
    {"starttls required", REFUSAL_TLS_WANTED, 0},
    {"encryption required", REFUSAL_TLS_WANTED, 0},
    {"encryption is required", REFUSAL_TLS_WANTED, 0},
    {"encryption needed", REFUSAL_TLS_WANTED, 0},
    {"requires encryption", REFUSAL_TLS_WANTED, 0},
    {"tls required", REFUSAL_TLS_WANTED, 0},
    {"tls not available", REFUSAL_TLS_UNAVAILABLE, 0},
    {"tls currently unavailable", REFUSAL_TLS_UNAVAILABLE, 0},
    {"authentication required", REFUSAL_AUTH_WANTED, 0},
    {"authentication is required", REFUSAL_AUTH_WANTED, 0},
    {"must authenticate", REFUSAL_AUTH_WANTED, 0},
    {"authenticate first", REFUSAL_AUTH_WANTED, 0},
    {"send auth command first", REFUSAL_AUTH_WANTED, 0}, /* Postfix, with 503 */
    {"not authenticated to send", REFUSAL_AUTH_WANTED, 0},
    {"client was not authenticated", REFUSAL_AUTH_WANTED, 0},
    {"sender address rejected: not logged in", REFUSAL_AUTH_WANTED, 0}, /* Postfix */
    {"smtp authentication", REFUSAL_AUTH_WANTED, 530},
    {"authentication failed", REFUSAL_AUTH_FAILED, 0},
    {"authentication unsuccessful", REFUSAL_AUTH_FAILED, 0},
    {"authentication credentials invalid", REFUSAL_AUTH_FAILED, 0},
    {"incorrect authentication", REFUSAL_AUTH_FAILED, 0},
    {"invalid credentials", REFUSAL_AUTH_FAILED, 0},
    {"password not accepted", REFUSAL_AUTH_FAILED, 0},
    {"temporary authentication failure", REFUSAL_AUTH_UNAVAILABLE, 0},
    {"too many hops", REFUSAL_LOOP, 0},
    {"hop count", REFUSAL_LOOP, 0},
    {"mail loop", REFUSAL_LOOP, 0},
    {"loops back", REFUSAL_LOOP, 0},
    {"loop detected", REFUSAL_LOOP, 0},
    {"too many recipients", REFUSAL_TOO_MANY_RECIPIENTS, 0},
    {"message size exceeds", REFUSAL_TOO_LARGE, 0},
    {"exceeds fixed maximum", REFUSAL_TOO_LARGE, 0},
    {"exceeds maximum", REFUSAL_TOO_LARGE, 552},
    {"message too large", REFUSAL_TOO_LARGE, 0},
    {"message too big", REFUSAL_TOO_LARGE, 0},
    {"message size limit", REFUSAL_TOO_LARGE, 0},
    {"too many errors", REFUSAL_TOO_MANY_ERRORS, 0},
    {"too many bad commands", REFUSAL_TOO_MANY_ERRORS, 0},
    {"too many unknown", REFUSAL_TOO_MANY_ERRORS, 0},
    {"too many syntax or protocol errors", REFUSAL_TOO_MANY_ERRORS, 0},
    {"sender address rejected: domain not found", REFUSAL_SENDER_DOMAIN, 0},
    {"domain of sender address", REFUSAL_SENDER_DOMAIN, 0},
    {"sender domain", REFUSAL_SENDER_DOMAIN, 0},
    {"sender's domain", REFUSAL_SENDER_DOMAIN, 0},
    {"a-record is empty", REFUSAL_SENDER_DOMAIN, 0},
    {"recipient address rejected: domain not found", REFUSAL_RECIPIENT_DOMAIN, 0},
    {"unrouteable mail domain", REFUSAL_RECIPIENT_DOMAIN, 0},
    {"host unknown", REFUSAL_RECIPIENT_DOMAIN, 0},
    {"sender verify", REFUSAL_SENDER_ADDRESS, 0},
    {"verification failed for", REFUSAL_SENDER_ADDRESS, 0}, /* Exim */
    {"recipient verify", REFUSAL_NEXT_HOP, 451},            /* Exim: it asks the next server */
    {"sender address rejected", REFUSAL_SENDER_ADDRESS, 0},
    {"sender rejected", REFUSAL_SENDER_ADDRESS, 0},
    {"tss04", REFUSAL_RATE, 0}, /* Yahoo */
    {"unexpected volume", REFUSAL_RATE, 0},
    {"rate limit", REFUSAL_RATE, 0},
    {"ratelimit", REFUSAL_RATE, 0},
    {"unusual rate", REFUSAL_RATE, 0},
    {"sending rate", REFUSAL_RATE, 0},
    {"exceeded the rate", REFUSAL_RATE, 0},
    {"submission rate", REFUSAL_RATE, 0},
    {"sending too fast", REFUSAL_RATE, 0},
    {"too much mail", REFUSAL_RATE, 0},
    {"too many messages", REFUSAL_RATE, 0},
    {"too many connections", REFUSAL_RATE, 0},
    {"too many concurrent", REFUSAL_RATE, 0},
    {"throttl", REFUSAL_RATE, 0},
    {"maximum number of connections", REFUSAL_RATE, 0},
    {"reputation", REFUSAL_REPUTATION, 0},
    {"user complaints", REFUSAL_REPUTATION, 0},                   /* Yahoo */
    {"traffic not accepted from this ip", REFUSAL_REPUTATION, 0}, /* Microsoft 365 */
    {"client host rejected", REFUSAL_HOST_NOT_ADMITTED, 0},
    {"ip not in whitelist", REFUSAL_HOST_NOT_ADMITTED, 0},                   /* Gmail */
    {"not authorized to send email directly", REFUSAL_HOST_NOT_ADMITTED, 0}, /* Gmail */
    {"access denied, banned", REFUSAL_BLOCKLISTED, 0},
    {"is listed in", REFUSAL_BLOCKLISTED, 0},
    {"is listed on", REFUSAL_BLOCKLISTED, 0},
    {"is listed at", REFUSAL_BLOCKLISTED, 0},
    {"i cannot deliver mail for", REFUSAL_RELAY, 0}, /* Haraka */
    {"wrong office 365 region", REFUSAL_NO_MAIL_ACCEPTED, 0},
    {"verified sender identity", REFUSAL_SENDER_NOT_OWNED, 0}, /* SendGrid */
    {"sending suspended", REFUSAL_SENDER_SUSPENDED, 0},        /* Amazon SES */
    {"outgoing mail from", REFUSAL_SENDER_SUSPENDED, 0},       /* cPanel */
    {"email quota exceeded", REFUSAL_SENDER_QUOTA, 0},         /* Gmail */
    {"user unknown", REFUSAL_NO_SUCH_USER, 0},
    {"unknown user", REFUSAL_NO_SUCH_USER, 0},
    {"no such user", REFUSAL_NO_SUCH_USER, 0},
    {"no such recipient", REFUSAL_NO_SUCH_USER, 0},
    {"no such mailbox", REFUSAL_NO_SUCH_USER, 0},
    {"mailbox not found", REFUSAL_NO_SUCH_USER, 0},
    {"unknown recipient", REFUSAL_NO_SUCH_USER, 0},
    {"recipient unknown", REFUSAL_NO_SUCH_USER, 0},
    {"invalid recipient", REFUSAL_NO_SUCH_USER, 0},
    {"unrouteable address", REFUSAL_NO_SUCH_USER, 0},
    {"no mailbox here", REFUSAL_NO_SUCH_USER, 0},
    {"does not have an account", REFUSAL_NO_SUCH_USER, 0},
    {"this user doesn't have a", REFUSAL_NO_SUCH_USER, 0}, /* Yahoo */
    {"address does not exist", REFUSAL_NO_SUCH_USER, 0},
    {"account that you tried to reach does not exist", REFUSAL_NO_SUCH_USER, 0}, /* Gmail */
    {"account is disabled", REFUSAL_MAILBOX_DISABLED, 0},
    {"account has been disabled", REFUSAL_MAILBOX_DISABLED, 0},
    {"mailbox disabled", REFUSAL_MAILBOX_DISABLED, 0},
    {"mailbox is disabled", REFUSAL_MAILBOX_DISABLED, 0},
    {"mailbox is inactive", REFUSAL_MAILBOX_DISABLED, 0},
    {"account is inactive", REFUSAL_MAILBOX_DISABLED, 0},
    {"account is suspended", REFUSAL_MAILBOX_DISABLED, 0},
    {"account has been suspended", REFUSAL_MAILBOX_DISABLED, 0},
    {"likely unsolicited", REFUSAL_SPAM, 0}, /* Gmail */
    {"spam", REFUSAL_SPAM, 0},
    {"junk mail", REFUSAL_SPAM, 0},
    {"unsolicited", REFUSAL_SPAM, 0},
    {"local ct signature", REFUSAL_SPAM, 0}, /* Mimecast */
    {"message content rejected", REFUSAL_CONTENT, 0},
    {"banned:", REFUSAL_CONTENT, 0},                  /* amavis */
    {"potential security issue", REFUSAL_CONTENT, 0}, /* Gmail */
    {"line length", REFUSAL_CONTENT, 0},
    {"rfc 5322", REFUSAL_CONTENT, 0},
    {"rfc5322", REFUSAL_CONTENT, 0},
    {"rfc 2822", REFUSAL_CONTENT, 0},
    {"rfc2822", REFUSAL_CONTENT, 0},
    {"rejected due to content", REFUSAL_CONTENT, 0},
    {"content restrictions", REFUSAL_CONTENT, 0},
    {"prohibited file", REFUSAL_CONTENT, 0},
    {"attachment", REFUSAL_CONTENT, 0},
    {"insufficient system storage", REFUSAL_STORAGE, 0},
    {"useddiskspace", REFUSAL_STORAGE, 0}, /* Exchange */
    {"insufficient system resources", REFUSAL_BUSY, 0},
    {"server busy", REFUSAL_BUSY, 0},
    {"system busy", REFUSAL_BUSY, 0},
    {"too busy", REFUSAL_BUSY, 0},
    {"load average", REFUSAL_BUSY, 0},
    {"try again later, closing connection", REFUSAL_BUSY, 421},
    {"mailbox busy", REFUSAL_MAILBOX_BUSY, 0},
    {"mailbox is busy", REFUSAL_MAILBOX_BUSY, 0},
    {"mailbox is locked", REFUSAL_MAILBOX_BUSY, 0},
    {"internal resource", REFUSAL_GREYLISTED, 451}, /* Mimecast: a sender that it does not know yet */
    {"host not found, try again", REFUSAL_DNS_TEMPORARY, 0},
    {"temporary lookup failure", REFUSAL_DNS_TEMPORARY, 0},
    {"could not be resolved", REFUSAL_DNS_TEMPORARY, 0},
    {"timeout exceeded", REFUSAL_TIMEOUT, 0},
    {"timed out", REFUSAL_TIMEOUT, 0},
    {"timeout", REFUSAL_TIMEOUT, 0},
    {"idle for too long", REFUSAL_TIMEOUT, 0},
    {"shutting down", REFUSAL_SHUTDOWN, 0},
    {"service closing", REFUSAL_SHUTDOWN, 0},
    {"going down", REFUSAL_SHUTDOWN, 0},
    {"helo name", REFUSAL_HELO, 0},
    {"synchronization error", REFUSAL_SEQUENCE, 0}, /* Exim */
    {"protocol error", REFUSAL_SEQUENCE, 0},
    {"protocol violation", REFUSAL_SEQUENCE, 0},
    {"temporary system problem", REFUSAL_LOCAL_ERROR, 0},
    {"temporary server error", REFUSAL_LOCAL_ERROR, 0},
    {"temporary local problem", REFUSAL_LOCAL_ERROR, 0},
    {"configuration error", REFUSAL_LOCAL_ERROR, 0},
    {"write error", REFUSAL_LOCAL_ERROR, 0},
    {"administrative prohibition", REFUSAL_POLICY, 0},
    {"blocked senders", REFUSAL_POLICY, 0},                              /* Mimecast */
    {"permanent failure for one or more recipients", REFUSAL_POLICY, 0}, /* Barracuda */
    {"policy", REFUSAL_POLICY, 0},
};

/* Wordings that say no more than what is likely. */
static const wording_rule vague_wordings[] = {
    {"try again later", REFUSAL_GREYLISTED, 450},
    {"try again later", REFUSAL_GREYLISTED, 451},
    {"access denied", REFUSAL_POLICY, 0},
};

/* What a code alone makes likely: with a verb, for replies to that one; code 0 is any of the class (RFC 5321, 4.2.3). */
typedef struct code_rule {
    uint16_t code;
    const char *verb;
    refusal_id id;
    bool guess;
} code_rule;

static const code_rule codes[] = {
    {421, "CONNECT", REFUSAL_BUSY, true},
    {421, NULL, REFUSAL_SHUTDOWN, true},
    {422, NULL, REFUSAL_MAILBOX_FULL, true},
    {432, NULL, REFUSAL_AUTH_FAILED, true},
    {450, "RCPT", REFUSAL_MAILBOX_BUSY, true},
    {450, "END-OF-DATA", REFUSAL_MAILBOX_BUSY, true},
    {450, "BDAT", REFUSAL_MAILBOX_BUSY, true},
    {451, NULL, REFUSAL_LOCAL_ERROR, true},
    {452, "RCPT", REFUSAL_TOO_MANY_RECIPIENTS, true},
    {452, NULL, REFUSAL_STORAGE, true},
    {454, "STARTTLS", REFUSAL_TLS_UNAVAILABLE, false},
    {454, "AUTH", REFUSAL_AUTH_UNAVAILABLE, false},
    {455, NULL, REFUSAL_NOT_IMPLEMENTED, true},
    {500, NULL, REFUSAL_SYNTAX, false},
    {501, "EHLO", REFUSAL_HELO, true},
    {501, "HELO", REFUSAL_HELO, true},
    {501, "MAIL", REFUSAL_ADDRESS_SYNTAX, true},
    {501, "RCPT", REFUSAL_ADDRESS_SYNTAX, true},
    {501, NULL, REFUSAL_SYNTAX, false},
    {502, NULL, REFUSAL_NOT_IMPLEMENTED, false},
    {503, NULL, REFUSAL_SEQUENCE, false},
    {504, NULL, REFUSAL_NOT_IMPLEMENTED, false},
    {521, NULL, REFUSAL_NO_MAIL_ACCEPTED, false},
    {523, NULL, REFUSAL_TOO_LARGE, true},
    {530, NULL, REFUSAL_AUTH_WANTED, true},
    {534, NULL, REFUSAL_AUTH_FAILED, false},
    {535, NULL, REFUSAL_AUTH_FAILED, false},
    {538, NULL, REFUSAL_TLS_WANTED, false},
    {550, "RCPT", REFUSAL_NO_SUCH_USER, true},
    {550, "MAIL", REFUSAL_SENDER_ADDRESS, true},
    {550, "EHLO", REFUSAL_HELO, true},
    {550, "HELO", REFUSAL_HELO, true},
    {550, "END-OF-DATA", REFUSAL_CONTENT, true},
    {550, "BDAT", REFUSAL_CONTENT, true},
    {551, NULL, REFUSAL_NO_SUCH_USER, true},
    {552, "RCPT", REFUSAL_MAILBOX_FULL, true},
    {552, NULL, REFUSAL_TOO_LARGE, true},
    {553, "MAIL", REFUSAL_SENDER_ADDRESS, true},
    {553, NULL, REFUSAL_ADDRESS_SYNTAX, true},
    {554, "CONNECT", REFUSAL_REPUTATION, true},
    {554, "END-OF-DATA", REFUSAL_CONTENT, true},
    {554, "BDAT", REFUSAL_CONTENT, true},
    {555, NULL, REFUSAL_NOT_IMPLEMENTED, false},
    {556, NULL, REFUSAL_NO_MAIL_ACCEPTED, false},
};

static bool begins_word(const uint8_t *text, size_t at)
{
    return at == 0 || !octet_is_alphanumeric(text[at - 1]);
}

/* Does the text, in lower case, have the wording at the beginning of a word? */
static bool has_wording(span text, const char *wording)
{
    size_t length = strlen(wording);

    for (size_t i = 0; i + length <= text.length; i++) {
        i += span_find(span_from(text, i), (uint8_t)wording[0]);
        if (i + length > text.length)
            return false;
        if (begins_word(text.octets, i) && memcmp(text.octets + i, wording, length) == 0)
            return true;
    }
    return false;
}

typedef struct wording_table {
    const wording_rule *rules;
    size_t count;
} wording_table;

#define WORDING_TABLE(of) ((wording_table){of, sizeof of / sizeof of[0]})

static refusal_id wording_find(wording_table in, span text, uint16_t code)
{
    for (size_t i = 0; i < in.count; i++) {
        if ((!in.rules[i].code || in.rules[i].code == code) && has_wording(text, in.rules[i].wording))
            return in.rules[i].id;
    }
    return REFUSAL_UNKNOWN;
}

static refusal_id status_find(const enhanced_status *status)
{
    for (size_t i = 0; status && i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].subject == status->subject && statuses[i].detail == status->detail &&
            (!statuses[i].status_class || statuses[i].status_class == status->status_class))
            return statuses[i].id;
    }
    return REFUSAL_UNKNOWN;
}

static const code_rule *code_find(uint16_t code, const char *verb)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].code == code && (!codes[i].verb || strcmp(codes[i].verb, verb) == 0))
            return &codes[i];
    }
    return NULL;
}

/* The first REFUSAL_TEXT_LIMIT octets of the text, in lower case. */
static span lower_case(span text, uint8_t *room)
{
    span in = span_first(text, REFUSAL_TEXT_LIMIT);

    for (size_t i = 0; i < in.length; i++)
        room[i] = octet_to_lower(in.octets[i]);
    return (span){room, in.length};
}

static refusal found(refusal_id id, bool guess)
{
    return (refusal){.id = id, .reason = &reasons[id], .guess = guess};
}

refusal refusal_of(uint16_t code, const enhanced_status *status, span text, const char *verb)
{
    uint8_t room[REFUSAL_TEXT_LIMIT];
    span words = lower_case(text, room);
    const code_rule *by_code = code_find(code, verb);
    refusal_id id = wording_find(WORDING_TABLE(telling_wordings), words, code);

    if (id == REFUSAL_UNKNOWN)
        id = status_find(status);
    if (id == REFUSAL_UNKNOWN)
        id = wording_find(WORDING_TABLE(wordings), words, code);
    if (id != REFUSAL_UNKNOWN)
        return found(id, false);
    id = wording_find(WORDING_TABLE(vague_wordings), words, code);
    if (id != REFUSAL_UNKNOWN)
        return found(id, true);
    return by_code ? found(by_code->id, by_code->guess) : found(REFUSAL_UNKNOWN, false);
}

const refusal_reason *refusal_reason_of(refusal_id id)
{
    return &reasons[id];
}

const char *refusal_fault_text(refusal_fault fault)
{
    return faults[fault];
}
