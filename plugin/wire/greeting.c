/* greeting.c — what servers say of themselves and of their clients.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "greeting.h"

/* Four times a reply line's limit (RFC 5321, 4.5.3.1.5). What lies behind is not searched, since the table's signatures are
 * looked for one by one. */
#define TEXT_LIMIT 2048u

/* The more specific signature stands before one that its greeting holds as well. */
static const software_row rows[] = {
    {"Microsoft ESMTP MAIL Service", true, "Microsoft Exchange"},
    {"Microsoft Exchange Internet Mail Service", true, "Microsoft Exchange 5"},
    {"SimpleEmailService", false, "Amazon SES"},
    {"gsmtp", false, "Gmail"},
    {"Exim", true, "Exim"},
    {"OpenSMTPD", true, "OpenSMTPD"},
    {"Sendmail", true, "Sendmail"},
    {"QQ Mail Server", false, "QQ Mail"},
    {"QQ QMail Server", false, "QQ Mail"},
    {"Coremail", false, "Coremail"},
    {"Yandex.Mail", false, "Yandex"},
    {"Postini", false, "Postini"},
    {"CheckPoint FireWall-1", false, "Check Point FireWall-1"},
    {"FireWall-1", false, "Check Point FireWall-1"},
    {"mxl_mta", true, "MX Logic"},
    {"MailMarshal", true, "MailMarshal"},
    {"Symantec Messaging Gateway", true, "Symantec Messaging Gateway"},
    {"Symantec Mail Security", true, "Symantec Mail Security"},
    {"Mirapoint", true, "Mirapoint"},
    {"InterMail", false, "InterMail"},
    {"Scalix SMTP Relay", true, "Scalix"},
    {"Rockliffe SMTPRA", true, "Rockliffe MailSite"},
    {"WinWebMail", true, "WinWebMail"},
    {"TurboMail", true, "TurboMail"},
    {"Zimbra LMTP", true, "Zimbra"},
    {"smap", true, "smap"},
    {"qpsmtpd", true, "qpsmtpd"},
    {"netqmail", true, "qmail"},
    {"qmail", true, "qmail"},
    {"Haraka", true, "Haraka"},
    {"Dovecot", true, "Dovecot"},
    {"Cyrus LMTP", true, "Cyrus"},
    {"Cyrus", true, "Cyrus"},
    {"Courier", true, "Courier"},
    {"CommuniGate Pro", true, "CommuniGate Pro"},
    {"CommuniGate", true, "CommuniGate Pro"},
    {"MDaemon", true, "MDaemon"},
    {"hMailServer", true, "hMailServer"},
    {"MailEnable", true, "MailEnable"},
    {"Kerio Connect", true, "Kerio Connect"},
    {"Kerio MailServer", true, "Kerio Connect"},
    {"IceWarp", true, "IceWarp"},
    {"Merak", true, "IceWarp"},
    {"SmarterMail", true, "SmarterMail"},
    {"Lotus Domino Release", true, "Domino"},
    {"IBM Domino Release", true, "Domino"},
    {"HCL Domino Release", true, "Domino"},
    {"GroupWise Internet Agent", true, "GroupWise"},
    {"Oracle Communications Messaging", true, "Oracle Messaging Server"},
    {"Sun Java(tm) System Messaging Server", true, "Oracle Messaging Server"},
    {"iPlanet Messaging Server", true, "Oracle Messaging Server"},
    {"PowerMTA(TM)", true, "PowerMTA"},
    {"PowerMTA", true, "PowerMTA"},
    {"ecelerity", true, "Momentum"},
    {"Halon", true, "Halon"},
    {"ZoneMTA", true, "ZoneMTA"},
    {"KumoMTA", true, "KumoMTA"},
    {"Stalwart", true, "Stalwart"},
    {"maddy", true, "Maddy"},
    {"Apache JAMES", true, "Apache James"},
    {"JAMES", true, "Apache James"},
    {"Axigen", true, "Axigen"},
    {"XMail", true, "XMail"},
    {"Mercury", true, "Mercury"},
    {"MERCUR", true, "MERCUR"},
    {"ArGoSoft", true, "ArGoSoft"},
    {"SurgeSMTP", true, "SurgeMail"},
    {"IMail", true, "IMail"},
    {"InterScan Messaging Security", false, "Trend Micro InterScan"},
    {"Python SMTP", true, "aiosmtpd"},
    {"MailHog", true, "MailHog"},
    {"Mailpit", true, "Mailpit"},
    {"Inbucket", true, "Inbucket"},
    {"smtp4dev", true, "smtp4dev"},
    {"SubEthaSMTP", true, "SubEthaSMTP"},
    {"GreenMail", true, "GreenMail"},
    {"msmtpd", true, "msmtpd"},
    {"Postfix", true, "Postfix"}, /* last: others say that they stand before one */
};

/* Words that may stand where a domain should. */
static const char *const no_domains[] = {"ESMTP",   "SMTP",  "LMTP", "Hello", "Hi",   "Welcome",
                                         "Service", "Ready", "OK",   "there", "back", "Unknown"};

static bool is_name_octet(uint8_t octet)
{
    return octet_is_alphanumeric(octet) || octet >= 0x80 || octet == '-' || octet == '.' || octet == '_';
}

/* A word without the punctuation that a sentence puts behind it. */
static span without_punctuation(span word)
{
    while (word.length > 0 && strchr(",;:!.)", word.octets[word.length - 1]) != NULL && word.octets[word.length - 1] != '\0')
        word.length--;
    return word;
}

/* Could the word be a host's name? */
static bool is_name(span word)
{
    for (size_t i = 0; i < sizeof no_domains / sizeof no_domains[0]; i++) {
        if (span_equal_nocase(word, no_domains[i]))
            return false;
    }
    for (size_t i = 0; i < word.length; i++) {
        if (!is_name_octet(word.octets[i]))
            return false;
    }
    return word.length > 0 && word.octets[0] != '.' && word.octets[0] != '-';
}

static bool is_word_octet(span in, size_t at)
{
    return at < in.length && octet_is_alphanumeric(in.octets[at]);
}

/* Can a signature begin here: at a word, which is not a label of a host's name? */
static bool begins_word(span in, size_t at)
{
    return at == 0 || !(is_word_octet(in, at - 1) || in.octets[at - 1] == '.' || in.octets[at - 1] == '@');
}

/* Most rows differ from a word in the first letter already. The bit is what a letter's cases differ in. */
static inline bool begins_alike(uint8_t octet, const char *signature)
{
    return (octet | 0x20) == ((uint8_t)signature[0] | 0x20);
}

/* Does the signature stand here as words of their own? */
static bool has_signature(span in, size_t at, const char *signature)
{
    size_t end = at + strlen(signature);

    return span_starts_nocase(span_from(in, at), signature) && !is_word_octet(in, end) &&
           !(end < in.length && in.octets[end] == '.' && is_word_octet(in, end + 1));
}

/* The first row whose signature stands in the text, and where it first does; NULL: none. */
static const software_row *find_software(span in, size_t *at_r)
{
    const size_t count = sizeof rows / sizeof rows[0];
    size_t found = count;

    for (size_t at = 0; at < in.length; at++) {
        /* Every signature begins with a letter. */
        if (!octet_is_letter(in.octets[at]) || !begins_word(in, at))
            continue;
        for (size_t i = 0; i < found; i++) {
            if (!begins_alike(in.octets[at], rows[i].signature) || !has_signature(in, at, rows[i].signature))
                continue;
            found = i;
            *at_r = at;
        }
    }
    return found < count ? &rows[found] : NULL;
}

/* Octets that a version takes behind the name, with what stands between: " 4.95", "/2.8.28", " (3.7.11)". 0 when there is
 * none. */
static size_t version_length(span behind)
{
    static const struct {
        const char *link;
        const char *close;
    } forms[] = {{" version ", ""}, {", version ", ""}, {", version: ", ""}, {" v", ""}, {" (v", ")"},
                 {" (", ")"},       {" [", "]"},        {"/", ""},           {"-", ""},  {" ", ""}};

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        size_t link = strlen(forms[i].link);
        if (!span_starts_nocase(behind, forms[i].link) || link >= behind.length || !octet_is_digit(behind.octets[link]))
            continue;
        size_t end = link;
        while (end < behind.length && (is_name_octet(behind.octets[end]) || behind.octets[end] == '+'))
            end++;
        end = without_punctuation(span_first(behind, end)).length;
        if (span_starts_nocase(span_from(behind, end), forms[i].close))
            return end + strlen(forms[i].close);
    }
    return 0;
}

/* Does the text begin with the name of a software, as "Postini ESMTP" does? A host may have such a name; then its software
 * is named behind it. */
static bool begins_with_software(span text)
{
    size_t at;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (begins_alike(text.octets[0], rows[i].signature) && has_signature(text, 0, rows[i].signature))
            return !find_software(span_from(text, strlen(rows[i].signature)), &at);
    }
    return false;
}

/* The domain at the start of a text, which is moved behind it. Empty, and the text stays, when it begins with another
 * word. */
static span take_domain(span *text)
{
    span rest = span_trim_left(*text), begin = rest;
    span word = without_punctuation(span_next_word(&rest));
    bool literal = address_of(word).kind != ADDRESS_NONE;

    if (!literal && (!is_name(word) || begins_with_software(begin)))
        return (span){word.octets, 0};
    *text = rest;
    return word;
}

void greeting_parse(span text, greeting *greeting_r)
{
    span rest = span_first(text, TEXT_LIMIT);
    greeting out = {0};
    size_t at = 0, length;

    out.domain = take_domain(&rest);
    out.row = find_software(rest, &at);
    if (out.row) {
        length = strlen(out.row->signature);
        if (out.row->versioned)
            length += version_length(span_from(rest, at + length));
        out.software = span_first(span_from(rest, at), length);
    }
    *greeting_r = out;
}

const software_row *software_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}

/* The first address in brackets of either kind. */
static void find_client_address(span text, ehlo_reply *out)
{
    for (size_t i = 0; i < text.length; i++) {
        uint8_t open = text.octets[i];
        if (open != '[' && open != '(')
            continue;
        span inner = span_from(text, i + 1);
        inner = span_first(inner, span_find(inner, open == '[' ? ']' : ')'));
        ip_address client = address_of(inner);
        if (client.kind == ADDRESS_NONE)
            continue;
        out->client = client;
        out->client_text = inner;
        return;
    }
}

/* The name behind the greeting: "Hello client.example [192.0.2.1]", "Nice to meet you, client.example". Where the server
 * asked who its user is, it says "user@client" or "user at client". */
static void find_client_name(span text, ehlo_reply *out)
{
    span rest = text;
    span word = span_next_word(&rest);

    while (word.length > 0 && !span_equal_nocase(word, "Hello") && !span_equal_nocase(word, "Hi") &&
           !span_equal_nocase(word, "you,"))
        word = span_next_word(&rest);
    if (word.length == 0)
        return;
    word = span_next_word(&rest);
    span after = rest;
    if (span_equal_nocase(span_next_word(&after), "at"))
        word = span_next_word(&after);
    size_t at = span_find(word, '@');
    word = without_punctuation(at < word.length ? span_from(word, at + 1) : word);
    if (is_name(word) && address_of(word).kind == ADDRESS_NONE)
        out->client_name = word;
}

void ehlo_reply_parse(span text, ehlo_reply *reply_r)
{
    span rest = span_first(text, TEXT_LIMIT);
    ehlo_reply out = {0};

    out.domain = take_domain(&rest);
    find_client_address(rest, &out);
    find_client_name(rest, &out);
    *reply_r = out;
}
