/* urls.c — finds the addresses of pages and files in a text.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parts/inside.h"

/* Longer ones are cut. */
#define URL_LIMIT 2048u

static const char *const schemes[] = {"http://", "https://", "ftp://"};

/* The length of a scheme that the text begins with; 0: none. */
static size_t scheme_length(span text)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (span_starts_nocase(text, schemes[i]))
            return strlen(schemes[i]);
    return 0;
}

/* What stands for itself in no address (RFC 3986, appendix C). */
static bool ends_url(uint8_t c)
{
    return c <= ' ' || c == 0x7f || strchr("<>\"`{}|\\^", c) != NULL;
}

/* Of what ends a sentence or closes a bracket around it, nothing belongs to the address. */
static size_t without_punctuation(span url)
{
    while (url.length && strchr(".,;:!?')]", url.octets[url.length - 1]))
        url.length--;
    return url.length;
}

static size_t url_length(span text)
{
    size_t length = 0;

    while (length < text.length && length < URL_LIMIT && !ends_url(text.octets[length]))
        length++;
    while (length && length < text.length && (text.octets[length] & 0xc0) == 0x80)
        length--; /* no character is cut in two */
    return without_punctuation(span_first(text, length));
}

/* An address in HTML has "&amp;" for each "&". */
static char *url_text(span url, bool html)
{
    char *text = g_strndup((const char *)url.octets, url.length);
    char **pieces, *joined;

    if (!html || !strstr(text, "&amp;"))
        return text;
    pieces = g_strsplit(text, "&amp;", -1);
    joined = g_strjoinv("&", pieces);
    g_strfreev(pieces);
    g_free(text);
    return joined;
}

static void url_add(GPtrArray *urls, GHashTable *known, char *url)
{
    if (g_hash_table_contains(known, url)) {
        g_free(url);
        return;
    }
    g_ptr_array_add(urls, url);
    g_hash_table_add(known, url);
}

static void find_in_utf8(GPtrArray *urls, span text, bool html)
{
    GHashTable *known = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < urls->len; i++)
        g_hash_table_add(known, g_ptr_array_index(urls, i));
    for (span rest = text; urls->len < URLS_LIMIT;) {
        size_t colon = span_find(rest, ':'), begin = 0, scheme = 0, length;
        if (colon == rest.length)
            break;
        for (size_t back = MIN(colon, 5); back >= 3 && !scheme; back--) {
            begin = colon - back;
            scheme = scheme_length(span_from(rest, begin));
        }
        length = scheme ? url_length(span_from(rest, begin)) : 0;
        if (length > scheme)
            url_add(urls, known, url_text((span){rest.octets + begin, length}, html));
        rest = span_from(rest, MAX(begin + length, colon + 1));
    }
    g_hash_table_destroy(known);
}

/* In UTF-8, to be freed with g_free; NULL where nobody knows the character set. */
static char *text_convert(span text, const char *charset, gsize *length_r)
{
    if (!charset || !g_ascii_strcasecmp(charset, "utf-8") || !g_ascii_strcasecmp(charset, "us-ascii"))
        return NULL;
    return g_convert_with_fallback((const char *)text.octets, (gssize)text.length, "UTF-8", charset, "?", NULL, length_r,
                                   NULL);
}

void urls_find(GPtrArray *urls, span text, const char *charset, bool html)
{
    span in = span_first(text, URL_TEXT_LIMIT);
    gsize length = 0;
    char *utf8;

    if (!in.length)
        return;
    utf8 = text_convert(in, charset, &length);
    if (!utf8) {
        utf8 = g_utf8_make_valid((const char *)in.octets, (gssize)in.length);
        length = strlen(utf8);
    }
    find_in_utf8(urls, (span){(const uint8_t *)utf8, length}, html);
    g_free(utf8);
}
