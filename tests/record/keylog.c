/*
 * Writes the TLS secrets of an OpenSSL program that has no switch for it.
 *
 *   LD_PRELOAD=keylog.so SSLKEYLOGFILE=FILE program...
 *
 * Stands before SSL_new() and gives the context a key log callback first. No OpenSSL header is needed: the two
 * functions are looked up in the library that the program has loaded, which may be a module's private one
 * (Perl's), out of RTLD_NEXT's sight.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;
typedef void (*keylog_callback)(const SSL *ssl, const char *line);

SSL *SSL_new(SSL_CTX *context);

/* One write per line, so that processes may share the file. */
static void write_line(const SSL *ssl, const char *line)
{
    (void)ssl;
    char text[512];
    const char *path = getenv("SSLKEYLOGFILE");
    int length = snprintf(text, sizeof text, "%s\n", line);
    int file;

    if (path == NULL || length < 0 || (size_t)length >= sizeof text)
        return;
    file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
    if (file < 0)
        return;
    if (write(file, text, (size_t)length) != length)
        perror(path);
    close(file);
}

static void *libssl_symbol(const char *name)
{
    void *library = dlopen("libssl.so.3", RTLD_LAZY | RTLD_NOLOAD);

    return library != NULL ? dlsym(library, name) : NULL;
}

SSL *SSL_new(SSL_CTX *context)
{
    SSL *(*real_new)(SSL_CTX *);
    void (*set_callback)(SSL_CTX *, keylog_callback);
    void *symbol = libssl_symbol("SSL_new");

    /* Through memcpy, since C knows no cast from an object to a function pointer. */
    memcpy(&real_new, &symbol, sizeof symbol);
    symbol = libssl_symbol("SSL_CTX_set_keylog_callback");
    memcpy(&set_callback, &symbol, sizeof symbol);
    if (real_new == NULL || set_callback == NULL) {
        fputs("keylog: libssl.so.3 is not loaded\n", stderr);
        abort();
    }
    set_callback(context, write_line);
    return real_new(context);
}
