/* tls_facts.c — see tls_facts.h.
 *
 * A listener whose filter names the fields has the TLS dissector put these, and no others, into a packet's tree.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/tls_facts.h"

#include <epan/packet.h>

#include <epan/epan_dissect.h>
#include <epan/tap.h>
#include <wsutil/report_message.h>

#include "dissector/wireshark_compat.h"
#include "wire/address.h"
#include "wire/date_time.h"

struct tls_facts {
    value values[TLS_COLUMNS + 1];
    uint32_t version; /* 0: not known */
    bool self_signed;
};

#define CLIENT_HELLO 1 /* RFC 8446, 4 */
#define SERVER_HELLO 2
#define TLS_1_2 0x0303u

/* The fields that are read. */
typedef enum tls_field {
    FIELD_STREAM,
    FIELD_TYPE,
    FIELD_VERSION,
    FIELD_SUPPORTED_VERSION,
    FIELD_CIPHER_SUITE,
    FIELD_SERVER_NAME,
    FIELD_CERTIFICATE,
    FIELD_ISSUER,
    FIELD_SUBJECT,
    FIELD_ATTRIBUTE,
    FIELD_NOT_BEFORE,
    FIELD_NOT_AFTER,
    FIELD_DNS_NAME,
    FIELD_UTF8_STRING,
    FIELD_PRINTABLE_STRING,
    FIELD_TELETEX_STRING,
    FIELD_BMP_STRING,
    FIELD_COUNT
} tls_field;

static const char *const field_names[FIELD_COUNT] = {
    [FIELD_STREAM] = "tcp.stream",
    [FIELD_TYPE] = "tls.handshake.type",
    [FIELD_VERSION] = "tls.handshake.version",
    [FIELD_SUPPORTED_VERSION] = "tls.handshake.extensions.supported_version",
    [FIELD_CIPHER_SUITE] = "tls.handshake.ciphersuite",
    [FIELD_SERVER_NAME] = "tls.handshake.extensions_server_name",
    [FIELD_CERTIFICATE] = "tls.handshake.certificate",
    [FIELD_ISSUER] = "x509af.issuer",
    [FIELD_SUBJECT] = "x509af.subject",
    [FIELD_ATTRIBUTE] = "x509if.oid",
    [FIELD_NOT_BEFORE] = "x509af.notBefore",
    [FIELD_NOT_AFTER] = "x509af.notAfter",
    [FIELD_DNS_NAME] = "x509ce.dNSName",
    [FIELD_UTF8_STRING] = "x509sat.uTF8String",
    [FIELD_PRINTABLE_STRING] = "x509sat.printableString",
    [FIELD_TELETEX_STRING] = "x509sat.teletexString",
    [FIELD_BMP_STRING] = "x509sat.bmpString",
};

static const tls_field string_fields[] = {FIELD_UTF8_STRING, FIELD_PRINTABLE_STRING, FIELD_TELETEX_STRING, FIELD_BMP_STRING};

/* One for the program; NULL: nobody asks. */
static struct gathered {
    wmem_allocator_t *scope;                      /* of the facts */
    GHashTable *by_stream;                        /* of the file that is open: stream -> tls_facts * */
    bool watching;                                /* whether the file's memory is freed */
    const header_field_info *fields[FIELD_COUNT]; /* the first of that name; NULL: there is none */
} * all;

/* --- fields of a packet's tree ----------------------------------------------------------------------------------------- */

/* A part of a data source: where a field stands. */
typedef struct place {
    tvbuff_t *tvb;
    int start, length;
} place;

/* The n-th of that name. Several fields may have one name. */
static field_info *item_at(const epan_dissect_t *edt, tls_field which, unsigned n)
{
    for (const header_field_info *field = all->fields[which]; field; field = field->same_name_next) {
        const GPtrArray *found = proto_get_finfo_ptr_array(edt->tree, field->id);
        unsigned count = found ? found->len : 0;
        if (n < count)
            return (field_info *)found->pdata[n];
        n -= count;
    }
    return NULL;
}

static field_info *first_item(const epan_dissect_t *edt, tls_field which)
{
    return item_at(edt, which, 0);
}

static place place_of(const field_info *item)
{
    return (place){item->ds_tvb, item->start, item->length};
}

static bool is_in(place outer, const field_info *item)
{
    return item->ds_tvb == outer.tvb && item->start >= outer.start &&
           item->start + item->length <= outer.start + outer.length;
}

/* The first that stands there. */
static field_info *item_in(const epan_dissect_t *edt, tls_field which, place where)
{
    field_info *item;

    for (unsigned i = 0; (item = item_at(edt, which, i)); i++)
        if (is_in(where, item))
            return item;
    return NULL;
}

static value text_of(field_info *item)
{
    char *text = fvalue_to_string_repr(all->scope, field_value(item), FTREPR_DISPLAY, item->hfinfo->display);

    return value_octets(all->scope, span_of(text));
}

/* What the dissector calls a number, or nothing. */
static value word_of(field_info *item)
{
    const header_field_info *row = item->hfinfo;
    uint32_t number = fvalue_get_uinteger(field_value(item));

    if (!row->strings)
        return value_absent;
    return value_text(row->display & BASE_EXT_STRING
                          ? try_val_to_str_ext(number, (value_string_ext *)(uintptr_t)row->strings)
                          : try_val_to_str(number, (const value_string *)row->strings));
}

static bool has_type(const epan_dissect_t *edt, uint32_t type)
{
    field_info *item;

    for (unsigned i = 0; (item = item_at(edt, FIELD_TYPE, i)); i++)
        if (fvalue_get_uinteger(field_value(item)) == type)
            return true;
    return false;
}

/* --- the certificate --------------------------------------------------------------------------------------------------- */

#define TIME_HEADER 2 /* tag and length */

/* RFC 5280, 4.1.2.5 */
static value time_in(place validity)
{
    span text;
    date_time time;

    if (validity.length <= TIME_HEADER)
        return value_absent;
    text = (span){tvb_get_ptr(validity.tvb, validity.start + TIME_HEADER, validity.length - TIME_HEADER),
                  (size_t)validity.length - TIME_HEADER};
    return date_time_parse_certificate(text, &time) ? value_time(&(moment){time.seconds, 0}) : value_absent;
}

static value time_of_field(const epan_dissect_t *edt, tls_field which, place certificate)
{
    const field_info *item = item_in(edt, which, certificate);

    return item ? time_in(place_of(item)) : value_absent;
}

/* RFC 5280, Appendix A.1: id-at-commonName is 2.5.4.3. */
static bool is_common_name(const field_info *attribute)
{
    static const uint8_t common_name[] = {0x55, 0x04, 0x03};

    return attribute->length == sizeof common_name &&
           tvb_memeql(attribute->ds_tvb, attribute->start, common_name, sizeof common_name) == 0;
}

/* The string that begins first behind a place of a name. */
static field_info *string_behind(const epan_dissect_t *edt, place name, int begin)
{
    place rest = {name.tvb, begin, name.start + name.length - begin};
    field_info *found = NULL;

    for (size_t i = 0; i < sizeof string_fields / sizeof string_fields[0]; i++) {
        field_info *item = item_in(edt, string_fields[i], rest);
        if (item && (!found || item->start < found->start))
            found = item;
    }
    return found;
}

/* The common name of an issuer or subject, or else its last attribute. */
static value name_of(const epan_dissect_t *edt, tls_field which, place certificate)
{
    const field_info *name = item_in(edt, which, certificate);
    const field_info *attribute;
    field_info *found = NULL;

    for (unsigned i = 0; name && (attribute = item_at(edt, FIELD_ATTRIBUTE, i)); i++) {
        if (!is_in(place_of(name), attribute))
            continue;
        found = string_behind(edt, place_of(name), attribute->start + attribute->length);
        if (is_common_name(attribute))
            break;
    }
    return found ? text_of(found) : value_absent;
}

static value names_of(const epan_dissect_t *edt, place certificate)
{
    wmem_array_t *names = wmem_array_new(all->scope, sizeof(value));
    field_info *item;

    for (unsigned i = 0; (item = item_at(edt, FIELD_DNS_NAME, i)); i++) {
        value name = text_of(item);
        if (is_in(certificate, item))
            wmem_array_append_one(names, name);
    }
    if (!wmem_array_get_count(names)) {
        value name = name_of(edt, FIELD_SUBJECT, certificate);
        if (name.kind != VALUE_ABSENT)
            wmem_array_append_one(names, name);
    }
    return (value){.kind = VALUE_LIST, .list = {(const value *)wmem_array_get_raw(names), wmem_array_get_count(names)}};
}

static bool is_self_signed(const epan_dissect_t *edt, place certificate)
{
    const field_info *issuer = item_in(edt, FIELD_ISSUER, certificate);
    const field_info *subject = item_in(edt, FIELD_SUBJECT, certificate);

    return issuer && subject && issuer->length == subject->length &&
           tvb_memeql(issuer->ds_tvb, issuer->start, tvb_get_ptr(subject->ds_tvb, subject->start, subject->length),
                      (size_t)subject->length) == 0;
}

/* The server's own, which comes first (RFC 5246, 7.4.2); the client's, if there is one, comes after the server's. */
static void learn_certificate(tls_facts *facts, const epan_dissect_t *edt)
{
    const field_info *item = first_item(edt, FIELD_CERTIFICATE);
    place certificate;

    if (!item || facts->values[TLS_FACT_CERT_NAMES].kind != VALUE_ABSENT)
        return;
    certificate = place_of(item);
    facts->values[TLS_FACT_CERT_NAMES] = names_of(edt, certificate);
    facts->values[TLS_FACT_CERT_ISSUER] = name_of(edt, FIELD_ISSUER, certificate);
    facts->values[TLS_FACT_CERT_NOT_BEFORE] = time_of_field(edt, FIELD_NOT_BEFORE, certificate);
    facts->values[TLS_FACT_CERT_NOT_AFTER] = time_of_field(edt, FIELD_NOT_AFTER, certificate);
    facts->self_signed = is_self_signed(edt, certificate);
}

/* --- the hellos -------------------------------------------------------------------------------------------------------- */

static void learn_server_hello(tls_facts *facts, const epan_dissect_t *edt)
{
    field_info *version = first_item(edt, FIELD_SUPPORTED_VERSION), *suite = first_item(edt, FIELD_CIPHER_SUITE);

    if (!version)
        version = first_item(edt, FIELD_VERSION);
    if (version) {
        facts->version = fvalue_get_uinteger(field_value(version));
        facts->values[TLS_FACT_VERSION] = word_of(version);
    }
    if (suite)
        facts->values[TLS_FACT_CIPHER_SUITE] = word_of(suite);
}

static void learn_client_hello(tls_facts *facts, const epan_dissect_t *edt)
{
    field_info *name = first_item(edt, FIELD_SERVER_NAME);

    if (name)
        facts->values[TLS_FACT_SERVER_NAME] = text_of(name);
}

/* --- the listener ------------------------------------------------------------------------------------------------------ */

/* Streams get their numbers anew. What was found stays, for the logs have it. */
static wmem_callback_result file_freed(wmem_allocator_t *file, wmem_cb_event_t event, void *data)
{
    (void)file;
    (void)event;
    (void)data;
    g_hash_table_remove_all(all->by_stream);
    all->watching = false;
    return false; /* not to be called again */
}

static tls_facts *facts_of(uint32_t stream)
{
    tls_facts *facts = (tls_facts *)g_hash_table_lookup(all->by_stream, GUINT_TO_POINTER(stream));

    if (!all->watching)
        wmem_register_callback(wmem_file_scope(), file_freed, NULL);
    all->watching = true;
    if (!facts) {
        facts = wmem_new0(all->scope, tls_facts);
        g_hash_table_insert(all->by_stream, GUINT_TO_POINTER(stream), facts);
    }
    return facts;
}

static tap_packet_status facts_packet(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *queued,
                                      tap_flags_t flags)
{
    field_info *stream = first_item(edt, FIELD_STREAM);

    (void)data;
    (void)pinfo;
    (void)queued;
    (void)flags;
    if (!stream)
        return TAP_PACKET_DONT_REDRAW;
    if (has_type(edt, CLIENT_HELLO))
        learn_client_hello(facts_of(fvalue_get_uinteger(field_value(stream))), edt);
    if (has_type(edt, SERVER_HELLO))
        learn_server_hello(facts_of(fvalue_get_uinteger(field_value(stream))), edt);
    learn_certificate(facts_of(fvalue_get_uinteger(field_value(stream))), edt);
    return TAP_PACKET_DONT_REDRAW;
}

static void facts_reset(void *data)
{
    (void)data;
    g_hash_table_remove_all(all->by_stream);
    wmem_free_all(all->scope);
}

/* Passes each packet with a handshake; that it names the other fields puts these into the tree too. */
static char *filter_of_fields(void)
{
    GString *filter = g_string_new(field_names[FIELD_TYPE]);
    const char *between = " && (";

    for (unsigned i = 0; i < FIELD_COUNT; i++, between = " || ")
        g_string_append_printf(filter, "%s%s", between, field_names[i]);
    g_string_append_c(filter, ')');
    return g_string_free(filter, FALSE);
}

static const header_field_info *first_of_name(const char *name)
{
    const header_field_info *field = proto_registrar_get_byname(name);

    while (field && field->same_name_prev_id != -1)
        field = proto_registrar_get_nth((unsigned)field->same_name_prev_id);
    return field;
}

void tls_facts_watch(void)
{
    char *filter;
    GString *error;

    if (all)
        return;
    all = g_new0(struct gathered, 1);
    all->scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    all->by_stream = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (unsigned i = 0; i < FIELD_COUNT; i++)
        all->fields[i] = first_of_name(field_names[i]);
    filter = filter_of_fields();
    error = register_tap_listener("frame", all, filter, TL_REQUIRES_PROTO_TREE, facts_reset, facts_packet, NULL, NULL);
    if (error)
        report_failure("esmtp.log_tls: %s", error->str);
    g_free(filter);
}

const tls_facts *tls_facts_of(uint32_t stream)
{
    return all ? facts_of(stream) : NULL;
}

value tls_facts_value(const tls_facts *of, tls_column which)
{
    return of ? of->values[which] : value_absent;
}

/* --- faults ------------------------------------------------------------------------------------------------------------ */

static bool has_other_names(const tls_facts *of)
{
    const value *asked = &of->values[TLS_FACT_SERVER_NAME];
    value_list names = of->values[TLS_FACT_CERT_NAMES].list;

    if (asked->kind == VALUE_ABSENT || of->values[TLS_FACT_CERT_NAMES].kind == VALUE_ABSENT || !names.count)
        return false;
    for (unsigned i = 0; i < names.count; i++)
        if (address_host_matches(names.items[i].text, asked->text))
            return false;
    return true;
}

unsigned tls_facts_faults(const tls_facts *of, const moment *at)
{
    unsigned faults = 0;
    const value *begin, *end;

    if (!of)
        return 0;
    begin = &of->values[TLS_FACT_CERT_NOT_BEFORE];
    end = &of->values[TLS_FACT_CERT_NOT_AFTER];
    if (of->version && of->version < TLS_1_2)
        faults |= TLS_FAULT_OLD_VERSION;
    if (end->kind != VALUE_ABSENT && at->seconds > end->time.secs)
        faults |= TLS_FAULT_EXPIRED;
    if (begin->kind != VALUE_ABSENT && at->seconds < begin->time.secs)
        faults |= TLS_FAULT_NOT_YET_VALID;
    if (of->self_signed)
        faults |= TLS_FAULT_SELF_SIGNED;
    if (has_other_names(of))
        faults |= TLS_FAULT_OTHER_NAME;
    return faults;
}
