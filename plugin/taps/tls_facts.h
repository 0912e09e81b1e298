/* tls_facts.h — what the TLS dissector has found in the handshakes of connections: version, cipher suite, the name asked for
 * and the server's certificate, as far as it was sent in the clear (up to TLS 1.2) or could be decrypted.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_TLS_FACTS_H
#define ESMTP_TAPS_TLS_FACTS_H

#include "taps/value.h"

/* As the logs have them. */
typedef enum tls_column {
    TLS_FACT_NONE,
    TLS_FACT_VERSION,         /* "TLS 1.2": the server's choice (RFC 8446, 4.1.3 and 4.2.1) */
    TLS_FACT_CIPHER_SUITE,    /* likewise, by its name in the registry */
    TLS_FACT_SERVER_NAME,     /* that the client asked for (RFC 6066, 3) */
    TLS_FACT_CERT_NAMES,      /* a list: the server's names in its certificate, or else its common name (RFC 9525, 6.3) */
    TLS_FACT_CERT_ISSUER,     /* the issuer's common name, or else the last of the issuer's names */
    TLS_FACT_CERT_NOT_BEFORE, /* RFC 5280, 4.1.2.5 */
    TLS_FACT_CERT_NOT_AFTER,
    TLS_COLUMNS = TLS_FACT_CERT_NOT_AFTER
} tls_column;

/* Rows of a log's table of columns. */
#define TLS_COLUMN_ROWS                                                                                                     \
    {"tls_version", .tls = TLS_FACT_VERSION}, {"tls_cipher_suite", .tls = TLS_FACT_CIPHER_SUITE},                           \
        {"tls_server_name", .tls = TLS_FACT_SERVER_NAME}, {"tls_cert_names", .tls = TLS_FACT_CERT_NAMES},                   \
        {"tls_cert_issuer", .tls = TLS_FACT_CERT_ISSUER}, {"tls_cert_not_before", .tls = TLS_FACT_CERT_NOT_BEFORE},         \
    {                                                                                                                       \
        "tls_cert_not_after", .tls = TLS_FACT_CERT_NOT_AFTER                                                                \
    }

/* Of one connection. */
typedef struct tls_facts tls_facts;

/* Has them gathered from here on, for as long as the program lives: each packet then gets a tree. To be called before
 * packets are read. */
void tls_facts_watch(void);

/* Those of a connection of the file that is open, by its tcp.stream; they may come later. NULL: nobody asked for them. They
 * live as long as what the taps have found. */
const tls_facts *tls_facts_of(uint32_t stream);

/* `of` may be NULL. */
value tls_facts_value(const tls_facts *of, tls_column which);

/* What is wrong with the certificate, as the connection shows it. */
typedef enum tls_fault {
    TLS_FAULT_OLD_VERSION = 1 << 0, /* before TLS 1.2 (RFC 8996) */
    TLS_FAULT_EXPIRED = 1 << 1,
    TLS_FAULT_NOT_YET_VALID = 1 << 2,
    TLS_FAULT_SELF_SIGNED = 1 << 3, /* its subject is its issuer */
    TLS_FAULT_OTHER_NAME = 1 << 4,  /* than the one the client asked for (RFC 9525, 6.3) */
} tls_fault;
/* A set of them, at a time. `of` may be NULL. */
unsigned tls_facts_faults(const tls_facts *of, const moment *at);

#endif
