/* sasl.c — the mechanisms seen on SMTP servers, and their grammars.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sasl.h"
#include "names.h"
#include "ntlm.h"
#include "utf8.h"

/* RFC 4422, 3.1 */
#define MECHANISM_LIMIT 20u

/* Sorted by name. */
static const sasl_mechanism_row rows[] = {
    {"9798-M-DSA-SHA1", SASL_GRAMMAR_OPAQUE, "mutual authentication by public keys, DSA", "RFC 3163", false},
    {"9798-M-ECDSA-SHA1", SASL_GRAMMAR_OPAQUE, "mutual authentication by public keys, ECDSA", "RFC 3163", false},
    {"9798-M-RSA-SHA1-ENC", SASL_GRAMMAR_OPAQUE, "mutual authentication by public keys, RSA", "RFC 3163", false},
    {"9798-U-DSA-SHA1", SASL_GRAMMAR_OPAQUE, "the client's authentication by a public key, DSA", "RFC 3163", false},
    {"9798-U-ECDSA-SHA1", SASL_GRAMMAR_OPAQUE, "the client's authentication by a public key, ECDSA", "RFC 3163", false},
    {"9798-U-RSA-SHA1-ENC", SASL_GRAMMAR_OPAQUE, "the client's authentication by a public key, RSA", "RFC 3163", false},
    {"ANONYMOUS", SASL_GRAMMAR_ANONYMOUS, "no authentication, trace information at most", "RFC 4505", false},
    {"ATOKEN", SASL_GRAMMAR_OPAQUE, "account token", "Apple iCloud", false},
    {"CRAM-MD5", SASL_GRAMMAR_CRAM, "user name and keyed digest of a challenge", "RFC 2195", false},
    {"CRAM-SHA1", SASL_GRAMMAR_CRAM, "user name and keyed digest of a challenge, SHA-1", "Courier", false},
    {"CRAM-SHA256", SASL_GRAMMAR_CRAM, "user name and keyed digest of a challenge, SHA-256", "Courier", false},
    {"DIGEST-MD5", SASL_GRAMMAR_DIGEST, "digest of challenge, realm and password", "RFC 2831", true},
    {"EAP-AES128", SASL_GRAMMAR_OPAQUE, "Extensible Authentication Protocol through GS2", "RFC 7055", true},
    {"EAP-AES128-PLUS", SASL_GRAMMAR_OPAQUE, "Extensible Authentication Protocol through GS2, bound to the TLS channel",
     "RFC 7055", true},
    {"ECDH-X25519-CHALLENGE", SASL_GRAMMAR_OPAQUE, "proof of a key by Diffie-Hellman", "Atheme", false},
    {"ECDSA-NIST256P-CHALLENGE", SASL_GRAMMAR_OPAQUE, "signature of a challenge", "Atheme", false},
    {"EXCHANGEAUTH", SASL_GRAMMAR_GSS, "mutual authentication of Exchange servers", "Microsoft Exchange", false},
    {"EXTERNAL", SASL_GRAMMAR_EXTERNAL, "identity from another layer, such as the TLS client certificate", "RFC 4422, A",
     false},
    {"GS2-KRB5", SASL_GRAMMAR_OPAQUE, "Kerberos 5 through GS2", "RFC 5801", false},
    {"GS2-KRB5-PLUS", SASL_GRAMMAR_OPAQUE, "Kerberos 5 through GS2, bound to the TLS channel", "RFC 5801", false},
    {"GSS-SPNEGO", SASL_GRAMMAR_GSS, "negotiated GSS-API mechanism", "RFC 4178, Microsoft", true},
    {"GSSAPI", SASL_GRAMMAR_GSS, "Kerberos 5 through GSS-API", "RFC 4752", true},
    {"KERBEROS_V4", SASL_GRAMMAR_OPAQUE, "Kerberos 4", "RFC 2222, 7.1", true},
    {"KERBEROS_V5", SASL_GRAMMAR_OPAQUE, "Kerberos 5", "IANA registry", true},
    {"LOGIN", SASL_GRAMMAR_LOGIN, "user name and password in the clear, asked for one by one", "draft-murchison-sasl-login",
     false},
    {"MSN", SASL_GRAMMAR_OPAQUE, "Windows challenge and response, as programs of MSN had it", "CommuniGate Pro", false},
    {"NMAS-SAMBA-AUTH", SASL_GRAMMAR_OPAQUE, "authentication of Samba to Novell's directory", "IANA registry", false},
    {"NMAS_AUTHEN", SASL_GRAMMAR_OPAQUE, "Novell Modular Authentication Service", "IANA registry", false},
    {"NMAS_LOGIN", SASL_GRAMMAR_OPAQUE, "Novell Modular Authentication Service", "IANA registry", false},
    {"NTLM", SASL_GRAMMAR_GSS, "Windows challenge and response", "MS-SMTPNTLM", true},
    {"OAUTH10A", SASL_GRAMMAR_OPAQUE, "OAuth 1.0a signed request", "RFC 7628", false},
    {"OAUTHBEARER", SASL_GRAMMAR_OAUTHBEARER, "OAuth 2.0 bearer token", "RFC 7628", false},
    {"OPENID20", SASL_GRAMMAR_OPAQUE, "OpenID", "RFC 6616", false},
    {"OTP", SASL_GRAMMAR_NAMES, "one-time password", "RFC 2444", false},
    {"PASSDSS-3DES-1", SASL_GRAMMAR_OPAQUE, "password under a key that the server signs", "Cyrus SASL", true},
    {"PLAIN", SASL_GRAMMAR_PLAIN, "user name and password in the clear", "RFC 4616", false},
    {"PLAIN-CLIENTTOKEN", SASL_GRAMMAR_OPAQUE, "user name, password and client token", "Gmail", false},
    {"SAML20", SASL_GRAMMAR_OPAQUE, "SAML 2.0", "RFC 6595", false},
    {"SCRAM-SHA-1", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-1", "RFC 5802", false},
    {"SCRAM-SHA-1-PLUS", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-1, bound to the TLS channel", "RFC 5802",
     false},
    {"SCRAM-SHA-224", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-224", "Cyrus SASL", false},
    {"SCRAM-SHA-224-PLUS", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-224, bound to the TLS channel",
     "Cyrus SASL", false},
    {"SCRAM-SHA-256", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-256", "RFC 7677", false},
    {"SCRAM-SHA-256-PLUS", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-256, bound to the TLS channel",
     "RFC 7677", false},
    {"SCRAM-SHA-384", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-384", "Cyrus SASL", false},
    {"SCRAM-SHA-384-PLUS", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-384, bound to the TLS channel",
     "Cyrus SASL", false},
    {"SCRAM-SHA-512", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-512", "draft-melnikov-scram-sha-512", false},
    {"SCRAM-SHA-512-PLUS", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA-512, bound to the TLS channel",
     "draft-melnikov-scram-sha-512", false},
    {"SCRAM-SHA3-512", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA3-512", "draft-melnikov-scram-sha3-512",
     false},
    {"SCRAM-SHA3-512-PLUS", SASL_GRAMMAR_SCRAM, "salted challenge and response, SHA3-512, bound to the TLS channel",
     "draft-melnikov-scram-sha3-512", false},
    {"SECURID", SASL_GRAMMAR_NAMES, "user name and passcode of a token card", "RFC 2808", false},
    {"SKEY", SASL_GRAMMAR_OPAQUE, "one-time password", "RFC 2222, 7.3", false},
    {"SPNEGO", SASL_GRAMMAR_OPAQUE, "negotiated GSS-API mechanism through GS2, not to be used", "RFC 5801", false},
    {"SPNEGO-PLUS", SASL_GRAMMAR_OPAQUE, "negotiated GSS-API mechanism through GS2, not to be used", "RFC 5801", false},
    {"SRP", SASL_GRAMMAR_OPAQUE, "Secure Remote Password", "Cyrus SASL", true},
    {"SXOVER-PLUS", SASL_GRAMMAR_OPAQUE, "SASL passed on to the client's own realm, bound to the TLS channel",
     "IANA registry", false},
    {"WSTOKEN", SASL_GRAMMAR_OPAQUE, "web service token", "Apple iCloud", false},
    {"XAOL-UAS-MB", SASL_GRAMMAR_OPAQUE, "token of an account", "AOL", false},
    {"XOAUTH", SASL_GRAMMAR_OPAQUE, "OAuth 1.0 signed request", "Gmail, Yahoo", false},
    {"XOAUTH2", SASL_GRAMMAR_XOAUTH2, "OAuth 2.0 bearer token", "Google, Microsoft", false},
    {"XYMCOOKIE", SASL_GRAMMAR_OPAQUE, "cookie of a web session", "Yahoo", false},
    {"XYMPKI", SASL_GRAMMAR_OPAQUE, "public key", "Yahoo", false},
};

_Static_assert(offsetof(sasl_mechanism_row, name) == 0, "names_find() reads the first member");

const sasl_mechanism_row *sasl_mechanism_find(span name)
{
    return (const sasl_mechanism_row *)names_find(name, rows, sizeof rows / sizeof rows[0], sizeof rows[0]);
}

/* sasl-mech = 1*20( UPPER-ALPHA / DIGIT / "-" / "_" ) (RFC 4422, 3.1) */
sasl_exposure sasl_exposure_of(span mechanism)
{
    static const struct {
        const char *name;
        sasl_exposure exposure;
    } exposures[] = {
        {"ANONYMOUS", SASL_SHOWS_NOTHING},    {"EXTERNAL", SASL_SHOWS_NOTHING}, {"GSSAPI", SASL_SHOWS_NOTHING},
        {"LOGIN", SASL_SHOWS_PASSWORD},       {"PLAIN", SASL_SHOWS_PASSWORD},   {"XOAUTH2", SASL_SHOWS_PASSWORD},
        {"OAUTHBEARER", SASL_SHOWS_PASSWORD},
    };

    for (size_t i = 0; i < sizeof exposures / sizeof exposures[0]; i++)
        if (span_equal_nocase(mechanism, exposures[i].name))
            return exposures[i].exposure;
    return SASL_SHOWS_PROOF;
}

bool sasl_is_mechanism(span word)
{
    if (sasl_mechanism_find(word))
        return true;
    if (word.length == 0 || word.length > MECHANISM_LIMIT)
        return false;
    for (size_t i = 0; i < word.length; i++) {
        uint8_t octet = word.octets[i];
        if (!octet_is_upper(octet) && !octet_is_digit(octet) && octet != '-' && octet != '_')
            return false;
    }
    return true;
}

const sasl_mechanism_row *sasl_mechanism_rows(size_t *count_r)
{
    *count_r = sizeof rows / sizeof rows[0];
    return rows;
}

static void add(sasl_message *out, sasl_field_kind kind, sasl_escape escape, span value)
{
    if (out->count == SASL_FIELDS_MAX)
        return;
    out->fields[out->count++] = (sasl_field){kind, escape, value};
    out->secret = out->secret || kind == SASL_PASSWORD || kind == SASL_TOKEN;
}

/* Takes what stands before the next `separator` off the front of *rest. False: there is none, and all is taken. */
static bool take(span *rest, uint8_t separator, span *part_r)
{
    size_t end = span_find(*rest, separator);
    bool found = end < rest->length;

    *part_r = span_first(*rest, end);
    *rest = span_from(*rest, end + 1);
    return found;
}

typedef struct sasl_input {
    sasl_grammar grammar;
    sasl_side side;
    unsigned number;
    span text;
} sasl_input;

/* RFC 4616, 2:  message = [authzid] UTF8NUL authcid UTF8NUL passwd */
static void parse_plain(const sasl_input *in, sasl_message *out)
{
    span rest = in->text;
    span authzid, authcid, password;

    if (in->side == SASL_SERVER || in->number > 0)
        return;
    bool first = take(&rest, '\0', &authzid);
    bool second = take(&rest, '\0', &authcid);
    bool third = take(&rest, '\0', &password);
    out->malformed = !first || (in->grammar == SASL_GRAMMAR_PLAIN && (!second || third));
    if (!first)
        return;
    if (authzid.length > 0)
        add(out, SASL_AUTHZID, SASL_ESCAPE_NONE, authzid);
    add(out, SASL_USERNAME, SASL_ESCAPE_NONE, authcid);
    if (second)
        add(out, SASL_PASSWORD, SASL_ESCAPE_NONE, password);
}

/* draft-murchison-sasl-login: two prompts, and an answer to each. */
static void parse_login(const sasl_input *in, sasl_message *out)
{
    if (in->side == SASL_SERVER)
        add(out, SASL_PROMPT, SASL_ESCAPE_NONE, in->text);
    else if (in->number <= 1)
        add(out, in->number == 0 ? SASL_USERNAME : SASL_PASSWORD, SASL_ESCAPE_NONE, in->text);
    else
        out->malformed = true;
}

/* RFC 2195, 2: the user name may hold spaces, the digest does not. */
static void parse_cram(const sasl_input *in, sasl_message *out)
{
    size_t space = in->text.length;

    if (in->side == SASL_SERVER) {
        add(out, SASL_NONCE, SASL_ESCAPE_NONE, in->text);
        return;
    }
    while (space > 0 && in->text.octets[space - 1] != ' ')
        space--;
    out->malformed = space <= 1;
    if (space == 0)
        return;
    add(out, SASL_USERNAME, SASL_ESCAPE_NONE, span_first(in->text, space - 1));
    add(out, SASL_DIGEST, SASL_ESCAPE_NONE, span_from(in->text, space));
}

/* A name in a list of name=value, and what it holds. */
typedef struct sasl_name {
    const char *name;
    sasl_field_kind kind;
} sasl_name;

static void add_named(sasl_message *out, const sasl_name *names, span name, sasl_escape escape, span value)
{
    for (; names->name; names++) {
        if (span_equal_nocase(name, names->name))
            add(out, names->kind, escape, value);
    }
}

/* Length of a quoted string with its quotation marks, in.length when it does not end. */
static size_t quoted_length(span in)
{
    size_t length = span_quoted(in);

    return length > 0 ? length : in.length;
}

static span without_quotes(span quoted)
{
    bool closed = quoted.length >= 2 && quoted.octets[quoted.length - 1] == '"';

    return span_from(span_first(quoted, closed ? quoted.length - 1 : quoted.length), 1);
}

/* RFC 2831, 2.1 and 7.1:  1#( token "=" ( token / quoted-string ) ), with empty elements allowed */
static void parse_digest(const sasl_input *in, sasl_message *out)
{
    static const sasl_name names[] = {
        {"username", SASL_USERNAME}, {"realm", SASL_REALM},    {"nonce", SASL_NONCE},     {"cnonce", SASL_NONCE},
        {"response", SASL_DIGEST},   {"rspauth", SASL_DIGEST}, {"authzid", SASL_AUTHZID}, {NULL, SASL_USERNAME},
    };
    span rest = span_trim_left(in->text);

    for (; rest.length > 0; rest = span_trim_left(rest)) {
        span name, skipped;
        if (rest.octets[0] == ',') {
            rest = span_from(rest, 1);
            continue;
        }
        if (!take(&rest, '=', &name)) {
            out->malformed = true;
            return;
        }
        rest = span_trim_left(rest);
        bool quoted = rest.length > 0 && rest.octets[0] == '"';
        span value = span_first(rest, quoted ? quoted_length(rest) : span_find(rest, ','));
        rest = span_from(rest, value.length);
        take(&rest, ',', &skipped);
        add_named(out, names, span_trim(name), quoted ? SASL_ESCAPE_BACKSLASH : SASL_ESCAPE_NONE,
                  quoted ? without_quotes(value) : span_trim(value));
    }
}

/* RFC 5801, 4:  gs2-header = [gs2-nonstd-flag ","] gs2-cb-flag "," [gs2-authzid] ","
 * The user that an OAUTHBEARER token is for is named here too (RFC 7628, 3.1). */
static void take_gs2_header(span *rest, bool authzid_is_user, sasl_message *out)
{
    span flag, authzid;

    if (span_starts_nocase(*rest, "F,"))
        take(rest, ',', &flag);
    bool first = take(rest, ',', &flag);
    bool second = take(rest, ',', &authzid);
    bool flag_ok = span_equal_nocase(flag, "n") || span_equal_nocase(flag, "y") || span_starts_nocase(flag, "p=");
    bool named = span_starts_nocase(authzid, "a=");
    if (named) {
        if (authzid_is_user)
            add(out, SASL_USERNAME, SASL_ESCAPE_SASLNAME, span_from(authzid, 2));
        add(out, SASL_AUTHZID, SASL_ESCAPE_SASLNAME, span_from(authzid, 2));
    }
    out->malformed = out->malformed || !first || !second || !flag_ok || (authzid.length > 0 && !named);
}

/* RFC 5802, 7: attributes of one letter, with commas between them */
static void parse_scram(const sasl_input *in, sasl_message *out)
{
    static const sasl_name names[] = {
        {"n", SASL_USERNAME}, {"r", SASL_NONCE}, {"p", SASL_DIGEST},
        {"v", SASL_DIGEST},   {"e", SASL_ERROR}, {NULL, SASL_USERNAME},
    };
    span rest = in->text;

    if (in->side == SASL_CLIENT && in->number == 0)
        take_gs2_header(&rest, false, out);
    while (rest.length > 0) {
        span attribute;
        take(&rest, ',', &attribute);
        if (attribute.length < 2 || attribute.octets[1] != '=') {
            out->malformed = true;
            continue;
        }
        bool username = attribute.octets[0] == 'n';
        add_named(out, names, span_first(attribute, 1), username ? SASL_ESCAPE_SASLNAME : SASL_ESCAPE_NONE,
                  span_from(attribute, 2));
    }
}

/* Length of a JSON string with its quotation marks, or of a number; 0 for another value. */
static size_t json_value_length(span in)
{
    size_t digits = 0;

    if (in.length > 0 && in.octets[0] == '"')
        return quoted_length(in);
    while (digits < in.length && octet_is_digit(in.octets[digits]))
        digits++;
    return digits;
}

/* The value of a member of a JSON object, wherever it stands, strings without their quotation marks. */
static bool json_member(span json, const char *name, span *value_r)
{
    span rest = json;
    span skipped;

    while (take(&rest, '"', &skipped)) {
        span found = span_from(json, json.length - rest.length - 1); /* from its quotation mark on */
        found = span_first(found, quoted_length(found));
        rest = span_trim_left(span_from(rest, found.length - 1));
        if (rest.length == 0 || rest.octets[0] != ':')
            continue;
        rest = span_trim_left(span_from(rest, 1));
        span value = span_first(rest, json_value_length(rest));
        rest = span_from(rest, value.length);
        if (value.length > 0 && span_equal_nocase(without_quotes(found), name)) {
            *value_r = value.octets[0] == '"' ? without_quotes(value) : value;
            return true;
        }
    }
    return false;
}

/* RFC 7628, 3.2.2: why the token was refused, and what scope one would have to have */
static void parse_oauth_error(span json, sasl_message *out)
{
    span value;

    if (json_member(json, "status", &value))
        add(out, SASL_ERROR, SASL_ESCAPE_BACKSLASH, value);
    if (json_member(json, "scope", &value))
        add(out, SASL_SCOPE, SASL_ESCAPE_BACKSLASH, value);
    out->malformed = json.length > 0 && out->count == 0;
}

/* RFC 7628, 3.1:  *kvpair, where kvpair = key "=" value %x01, with one more %x01 at the end. XOAUTH2 has the user among
 * them. */
static void parse_key_values(span text, sasl_message *out)
{
    static const sasl_name names[] = {{"user", SASL_USERNAME}, {"auth", SASL_TOKEN}, {NULL, SASL_USERNAME}};
    span rest = text;
    span pair, key;
    bool ended = false;

    while (rest.length > 0 && !ended) {
        ended = !take(&rest, '\1', &pair) || pair.length == 0;
        if (!take(&pair, '=', &key))
            continue;
        if (span_starts_nocase(pair, "Bearer "))
            pair = span_trim(span_from(pair, strlen("Bearer ")));
        add_named(out, names, key, SASL_ESCAPE_NONE, pair);
    }
    out->malformed = out->malformed || !ended || rest.length > 0 || !out->secret;
}

/* Client: what the mechanism begins with, and then nothing, or %x01, to let the server end a failed exchange. */
static void parse_oauth(const sasl_input *in, sasl_message *out)
{
    span rest = in->text;

    if (in->side == SASL_SERVER) {
        parse_oauth_error(in->text, out);
        return;
    }
    if (in->number > 0)
        return;
    if (in->grammar == SASL_GRAMMAR_OAUTHBEARER) {
        span empty;
        take_gs2_header(&rest, true, out);
        take(&rest, '\1', &empty);
        out->malformed = out->malformed || empty.length > 0;
    }
    parse_key_values(rest, out);
}

/* RFC 4422, A.1: the authorization identity, or nothing. RFC 4505, 2: trace information, or nothing. */
static void parse_whole(const sasl_input *in, sasl_message *out)
{
    if (in->side == SASL_CLIENT && in->text.length > 0)
        add(out, in->grammar == SASL_GRAMMAR_EXTERNAL ? SASL_AUTHZID : SASL_TRACE, SASL_ESCAPE_NONE, in->text);
}

/* MS-NLMP, 2.2.1.3: the client's last message names the user, and the domain that knows the user. */
static void parse_ntlm(const sasl_input *in, sasl_message *out)
{
    ntlm_names names;
    bool ok = ntlm_parse(in->text, &names);
    sasl_escape escape = names.unicode ? SASL_ESCAPE_UTF16 : SASL_ESCAPE_NONE;

    if (names.user.length > 0)
        add(out, SASL_USERNAME, escape, names.user);
    if (names.domain.length > 0)
        add(out, SASL_REALM, escape, names.domain);
    out->malformed = !ok;
    out->handoff = SASL_HANDOFF_NTLMSSP;
}

/* MS-NLMP, 2.2: a signature. RFC 2743, 3.1: the tag of an initial token, 0x60. RFC 4178, 4.2: the choices of a negotiation
 * token, 0xa0 and 0xa1. */
static void parse_gss(const sasl_input *in, sasl_message *out)
{
    uint8_t tag = in->text.length > 0 ? in->text.octets[0] : 0;

    if (ntlm_is_message(in->text))
        parse_ntlm(in, out);
    else if (tag == 0x60 || tag == 0xa0 || tag == 0xa1)
        out->handoff = SASL_HANDOFF_GSSAPI;
}

/* A mechanism nobody knows may be NTLM by another name. */
static void parse_opaque(const sasl_input *in, sasl_message *out)
{
    if (ntlm_is_message(in->text))
        parse_ntlm(in, out);
}

void sasl_message_parse(const sasl_mechanism_row *mechanism, sasl_side side, unsigned number, span decoded,
                        sasl_message *message_r)
{
    static void (*const parsers[])(const sasl_input *in, sasl_message *out) = {
        [SASL_GRAMMAR_OPAQUE] = parse_opaque,     [SASL_GRAMMAR_PLAIN] = parse_plain,
        [SASL_GRAMMAR_NAMES] = parse_plain,       [SASL_GRAMMAR_LOGIN] = parse_login,
        [SASL_GRAMMAR_CRAM] = parse_cram,         [SASL_GRAMMAR_DIGEST] = parse_digest,
        [SASL_GRAMMAR_SCRAM] = parse_scram,       [SASL_GRAMMAR_XOAUTH2] = parse_oauth,
        [SASL_GRAMMAR_OAUTHBEARER] = parse_oauth, [SASL_GRAMMAR_EXTERNAL] = parse_whole,
        [SASL_GRAMMAR_ANONYMOUS] = parse_whole,   [SASL_GRAMMAR_GSS] = parse_gss,
    };
    sasl_input in = {mechanism ? mechanism->grammar : SASL_GRAMMAR_OPAQUE, side, number, decoded};

    *message_r = (sasl_message){.count = 0};
    parsers[in.grammar](&in, message_r);
}

size_t sasl_field_room(const sasl_field *field)
{
    return field->escape == SASL_ESCAPE_UTF16 ? utf8_room(field->value.length) : field->value.length;
}

size_t sasl_field_value(const sasl_field *field, uint8_t *out)
{
    span rest = field->value;
    size_t length = 0;

    if (field->escape == SASL_ESCAPE_UTF16)
        return utf8_from_utf16le(field->value, out);
    while (rest.length > 0) {
        size_t taken = 1;
        out[length] = rest.octets[0];
        if (field->escape == SASL_ESCAPE_SASLNAME && (span_starts_nocase(rest, "=2C") || span_starts_nocase(rest, "=3D"))) {
            out[length] = rest.octets[1] == '2' ? ',' : '=';
            taken = 3;
        } else if (field->escape == SASL_ESCAPE_BACKSLASH && rest.octets[0] == '\\' && rest.length > 1) {
            out[length] = rest.octets[1];
            taken = 2;
        }
        length++;
        rest = span_from(rest, taken);
    }
    return length;
}
