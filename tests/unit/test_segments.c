/* test_segments.c — segments as captures have them: late, twice, cut otherwise, forged, or not at all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>
#include <string.h>

#include <wsutil/wmem/wmem.h>

#include "session/segments.h"

/* --- written down ------------------------------------------------------------------------------------------------------ */

#define STEPS 24
#define LINES 32

/* One segment. The client's SYN is 1000 and the server's 5000 where there are any. */
typedef struct step {
    char who; /* C, S; 0 ends the list */
    uint32_t sequence;
    uint32_t acknowledgement; /* 0: none */
    const char *text;         /* payload */
    const char *flags;        /* of S F R, NULL for none */
    uint32_t missing;         /* behind the payload */
} step;

/* What becomes of it: a line an event, "FRAME: WHO KIND ...", FRAME being the number of the step. Where a READ is of held
 * octets the frame that carried them follows. "end:" begins what segments_rest() tells behind the last step. */
typedef struct script {
    const char *name;
    segments_limits limits; /* held 0: the default ones */
    step steps[STEPS];
    const char *expected[LINES];
} script;

#define OPENED                                                                                                              \
    {'C', 1000, 0, "", "S", 0}, {'S', 5000, 1001, "", "S", 0},                                                              \
    {                                                                                                                       \
        'C', 1001, 5001, "", NULL, 0                                                                                        \
    }
#define PATIENT                                                                                                             \
    {                                                                                                                       \
        4u << 20, 64u << 10, 4, 0, 2                                                                                        \
    }
#define AT_START(n)                                                                                                         \
    {                                                                                                                       \
        4u << 20, 64u << 10, 2, n, 1                                                                                        \
    }
#define TIGHT                                                                                                               \
    {                                                                                                                       \
        500, 250, 2, 0, 1                                                                                                   \
    }

static const script scripts[] = {
    {"in-order",
     {0},
     {OPENED,
      {'S', 5001, 1001, "220 ", NULL, 0},
      {'C', 1001, 5005, "EHLO", NULL, 0},
      {'S', 5005, 1005, "250 ", NULL, 0},
      {'C', 1005, 5009, "", "F", 0},
      {'S', 5009, 1006, "", "F", 0},
      {'C', 1006, 5010, "", NULL, 0}},
     {"4: S read '220 '", "5: C read 'EHLO'", "6: S read '250 '", "7: C ended closed", "8: S ended closed"}},

    {"swapped",
     {0},
     {OPENED, {'C', 1004, 5001, "def", NULL, 0}, {'C', 1001, 5001, "abc", NULL, 0}},
     {"4: C held 3, 3 missing", "5: C read 'abc'", "5: C read 'def' of 4"}},

    {"duplicated",
     {0},
     {OPENED, {'C', 1001, 5001, "abc", NULL, 0}, {'C', 1001, 5001, "abc", NULL, 0}},
     {"4: C read 'abc'", "5: C retransmitted 3"}},

    {"duplicated-while-held",
     {0},
     {OPENED, {'C', 1004, 5001, "def", NULL, 0}, {'C', 1004, 5001, "dXX", NULL, 0}, {'C', 1001, 5001, "abcdef", NULL, 0}},
     {"4: C held 3, 3 missing", "5: C retransmitted 3, 2 differ", "6: C read 'abc'", "6: C retransmitted 3",
      "6: C read 'def' of 4"}},

    {"overlapped-by-half",
     {0},
     {OPENED, {'C', 1001, 5001, "abcd", NULL, 0}, {'C', 1003, 5001, "cdef", NULL, 0}, {'C', 1005, 5001, "efgh", NULL, 0}},
     {"4: C read 'abcd'", "5: C retransmitted 2", "5: C read 'ef'", "6: C retransmitted 2", "6: C read 'gh'"}},

    {"islands",
     {0},
     {OPENED,
      {'C', 1003, 5001, "c", NULL, 0},
      {'C', 1006, 5001, "f", NULL, 0},
      {'C', 1002, 5001, "bcdefg", NULL, 0},
      {'C', 1001, 5001, "a", NULL, 0}},
     {"4: C held 1, 2 missing", "5: C held 1, 2 missing", "6: C retransmitted 1", "6: C retransmitted 1",
      "6: C held 1, 1 missing", "6: C held 2, 1 missing", "6: C held 1, 1 missing", "7: C read 'a'", "7: C read 'b' of 6",
      "7: C read 'c' of 4", "7: C read 'de' of 6", "7: C read 'f' of 5", "7: C read 'g' of 6"}},

    {"numbers-wrap",
     {0},
     {{'C', 0xfffffffd, 0, "", "S", 0},
      {'S', 0xffffffff, 0xfffffffe, "", "S", 0},
      {'C', 0xfffffffe, 0, "abc", NULL, 0},
      {'C', 4, 0, "ghi", NULL, 0},
      {'C', 1, 0, "def", NULL, 0},
      {'S', 0, 7, "220", NULL, 0}},
     {"3: C read 'abc'", "4: C held 3, 3 missing", "5: C read 'def'", "5: C read 'ghi' of 4", "6: S read '220'"}},

    {"lost-and-acknowledged",
     {0},
     {OPENED,
      {'S', 5001, 1004, "r1", NULL, 0},
      {'C', 1004, 5003, "def", NULL, 0},
      {'S', 5003, 1007, "r2", NULL, 0},
      {'C', 1001, 5003, "abc", NULL, 0}},
     {"4: S held 2, 0 missing", "5: C held 3, 3 missing", "6: C lost 3 acknowledged", "6: S read 'r1' of 4",
      "6: C read 'def' of 5", "6: S read 'r2' of 6", "7: C late 3"}},

    {"lost-and-never-acknowledged",
     {0},
     {OPENED,
      {'C', 1004, 5001, "def", NULL, 0},
      {'S', 5001, 1001, "aa", NULL, 0},
      {'S', 5003, 1001, "bb", NULL, 0},
      {'S', 5005, 1001, "cc", NULL, 0},
      {'S', 5007, 1001, "dd", NULL, 0}},
     {"4: C held 3, 3 missing", "5: S read 'aa'", "6: S read 'bb'", "7: S read 'cc'", "8: S read 'dd'",
      "end: C lost 3 capture-end", "end: C read 'def' of 4"}},

    {"tail-lost",
     {0},
     {OPENED, {'S', 5001, 1011, "", NULL, 0}, {'S', 5001, 1011, "r1", NULL, 0}, {'S', 5003, 1011, "r2", NULL, 0}},
     {"5: S held 2, 0 missing", "6: C lost 10 one-sided", "6: S read 'r1' of 5", "6: S read 'r2' of 6"}},

    {"tail-lost-at-the-end",
     {0},
     {OPENED, {'S', 5001, 1011, "r1", NULL, 0}, {'S', 5003, 1011, "", NULL, 0}},
     {"4: S held 2, 0 missing", "end: C lost 10 capture-end", "end: S read 'r1' of 4"}},

    {"filled-from-behind",
     {0},
     {OPENED,
      {'S', 5001, 1007, "", NULL, 0},
      {'C', 1006, 5001, "f", NULL, 0},
      {'C', 1005, 5001, "e", NULL, 0},
      {'C', 1004, 5001, "d", NULL, 0},
      {'C', 1003, 5001, "c", NULL, 0},
      {'C', 1002, 5001, "b", NULL, 0},
      {'C', 1001, 5001, "a", NULL, 0}},
     {"5: C held 1, 5 missing", "6: C held 1, 4 missing", "7: C held 1, 3 missing", "8: C held 1, 2 missing",
      "9: C held 1, 1 missing", "10: C read 'a'", "10: C read 'b' of 9", "10: C read 'c' of 8", "10: C read 'd' of 7",
      "10: C read 'e' of 6", "10: C read 'f' of 5"}},

    {"reply-before-its-command",
     {0},
     {OPENED, {'S', 5001, 1005, "250", NULL, 0}, {'C', 1001, 5001, "EHLO", NULL, 0}},
     {"4: S held 3, 0 missing", "5: C read 'EHLO'", "5: S read '250' of 4"}},

    {"acknowledgement-before-data",
     {0},
     {OPENED,
      {'C', 1001, 5005, "", NULL, 0},
      {'S', 5001, 1001, "220 ", NULL, 0},
      {'C', 1001, 5005, "EHLO", NULL, 0},
      {'S', 5005, 1005, "", NULL, 0},
      {'C', 1005, 5009, "", NULL, 0},
      {'S', 5005, 1005, "250 ", NULL, 0}},
     {"5: S read '220 '", "6: C read 'EHLO'", "9: S read '250 '"}},

    {"reset-in-the-middle",
     {0},
     {OPENED, {'C', 1001, 5001, "abc", NULL, 0}, {'C', 1007, 5001, "ghi", NULL, 0}, {'S', 5001, 1004, "", "R", 0}},
     {"4: C read 'abc'", "5: C held 3, 3 missing", "6: C lost 3 reset", "6: C read 'ghi' of 5", "6: S ended reset"}},

    {"reset-before-data",
     {0},
     {OPENED, {'C', 1004, 5001, "", "R", 0}, {'C', 1001, 5001, "abc", NULL, 0}},
     {"5: C read 'abc'", "5: C ended reset"}},

    {"reset-behind-lost-data",
     {0},
     {OPENED, {'C', 1004, 5001, "", "R", 0}},
     {"end: C lost 3 capture-end", "end: C ended reset"}},

    {"reset-that-was-none", {0}, {OPENED, {'C', 1004, 5001, "", "R", 0}, {'C', 1001, 5001, "", NULL, 0}}, {NULL}},

    {"end-behind-lost-data",
     {0},
     {OPENED, {'C', 1004, 5001, "", "F", 0}},
     {"end: C lost 3 capture-end", "end: C ended closed"}},

    {"reset-with-octets", {0}, {OPENED, {'C', 1001, 5001, "go away", "R", 0}}, {"4: C ended reset"}},

    {"refused", {0}, {{'C', 1000, 0, "", "S", 0}, {'S', 0, 1001, "", "R", 0}}, {"2: S ended reset"}},

    {"reset-with-odd-numbers",
     {0},
     {OPENED,
      {'C', 1003, 5001, "c", NULL, 0},
      {'S', 0x80001000, 0, "", "R", 0},
      {'C', 17, 0, "", "R", 0},
      {'C', 1001, 5001, "ab", NULL, 0}},
     {"4: C held 1, 2 missing", "5: S aside 0", "6: C aside 0", "7: C read 'ab'", "7: C read 'c' of 4"}},

    {"end-with-odd-number",
     {0},
     {OPENED,
      {'C', 0x80000000, 5001, "", "F", 0},
      {'C', 1101, 5001, "", "F", 0},
      {'C', 1001, 5001, "abc", NULL, 0},
      {'C', 1004, 5001, "", "F", 0},
      {'S', 5001, 1005, "", "F", 0}},
     {"4: C aside 0", "6: C read 'abc'", "7: C ended closed", "8: S ended closed"}},

    {"end-that-was-none",
     {0},
     {OPENED, {'C', 1001, 5001, "", "F", 0}, {'C', 1001, 5001, "abc", NULL, 0}, {'C', 1004, 5001, "", "F", 0}},
     {"4: C ended closed", "5: C read 'abc'", "6: C ended closed"}},

    {"end-inside-held-octets",
     {0},
     {OPENED, {'C', 1004, 5001, "def", NULL, 0}, {'C', 1005, 5001, "", "F", 0}},
     {"4: C held 3, 3 missing", "end: C lost 3 capture-end", "end: C read 'def' of 4"}},

    {"end-with-octets-in-its-place",
     {0},
     {OPENED, {'C', 1004, 5001, "", "F", 0}, {'C', 1004, 5001, "def", NULL, 0}, {'C', 1001, 5001, "abc", NULL, 0}},
     {"5: C held 3, 3 missing", "6: C read 'abc'", "6: C read 'def' of 5"}},

    {"end-with-octets-behind-it",
     {0},
     {OPENED, {'C', 1004, 5001, "", "F", 0}, {'C', 1005, 5001, "ef", NULL, 0}},
     {"5: C held 2, 4 missing", "end: C lost 4 capture-end", "end: C read 'ef' of 5"}},

    {"end-before-forged-octets",
     {0},
     {OPENED, {'C', 1104, 5001, "evil", NULL, 0}, {'C', 1001, 5001, "abc", "F", 0}, {'S', 5001, 1005, "250", NULL, 0}},
     {"4: C held 4, 103 missing", "5: C read 'abc'", "6: C ended closed", "6: S read '250' of 6"}},

    {"ends-before-data",
     {0},
     {OPENED,
      {'C', 1004, 5001, "", "F", 0},
      {'S', 5004, 1005, "", "F", 0},
      {'S', 5001, 1004, "221", NULL, 0},
      {'C', 1001, 5001, "QUI", NULL, 0}},
     {"6: S held 3, 0 missing", "7: C read 'QUI'", "7: C ended closed", "7: S read '221' of 6", "7: S ended closed"}},

    {"closed-with-a-hole",
     {0},
     {OPENED,
      {'C', 1004, 5001, "def", "F", 0},
      {'S', 5001, 1001, "", "F", 0},
      {'C', 1008, 5002, "", NULL, 0},
      {'S', 5002, 1001, "", NULL, 0},
      {'C', 1008, 5002, "", NULL, 0},
      {'S', 5002, 1001, "", NULL, 0}},
     {"4: C held 3, 3 missing", "5: S ended closed", "9: C lost 3 closed", "9: C read 'def' of 4", "9: C ended closed"}},

    {"closed-with-a-hole-that-is-acknowledged",
     {0},
     {OPENED, {'C', 1004, 5001, "def", "F", 0}, {'S', 5001, 1008, "", "F", 0}, {'C', 1008, 5002, "", NULL, 0}},
     {"4: C held 3, 3 missing", "6: C lost 3 closed", "6: C read 'def' of 4", "6: C ended closed", "6: S ended closed"}},

    {"closed-with-a-hole-that-is-filled",
     {0},
     {OPENED,
      {'C', 1004, 5001, "def", "F", 0},
      {'S', 5001, 1001, "", "F", 0},
      {'S', 5002, 1001, "", NULL, 0},
      {'C', 1001, 5002, "abc", NULL, 0}},
     {"4: C held 3, 3 missing", "5: S ended closed", "7: C read 'abc'", "7: C read 'def' of 4", "7: C ended closed"}},

    {"client-only",
     {0},
     {{'C', 1000, 0, "", "S", 0},
      {'C', 1001, 5001, "", NULL, 0},
      {'C', 1001, 5041, "EHLO", NULL, 0},
      {'C', 1005, 5101, "MAIL", NULL, 0},
      {'C', 1009, 5111, "RCPT", NULL, 0},
      {'C', 1013, 5121, "DATA", NULL, 0}},
     {"3: C held 4, 0 missing", "4: C held 4, 0 missing", "5: S lost 40 one-sided", "5: C read 'EHLO' of 3",
      "5: S lost 70 one-sided", "5: C read 'MAIL' of 4", "5: C read 'RCPT' of 5", "6: S lost 10 one-sided",
      "6: C read 'DATA' of 6"}},

    {"server-only",
     {0},
     {{'S', 5000, 1001, "", "S", 0},
      {'S', 5001, 1001, "220", NULL, 0},
      {'S', 5004, 1021, "250", NULL, 0},
      {'S', 5007, 1031, "250", NULL, 0},
      {'S', 5010, 1041, "354", NULL, 0},
      {'S', 5013, 1141, "250", NULL, 0},
      {'S', 5016, 1141, "", "F", 0}},
     {"2: S read '220'", "3: S held 3, 0 missing", "4: S held 3, 0 missing", "5: C lost 20 one-sided",
      "5: S read '250' of 3", "5: C lost 20 one-sided", "5: S read '250' of 4", "5: S read '354' of 5",
      "6: C lost 100 one-sided", "6: S read '250' of 6", "7: S ended closed"}},

    {"hole-in-one-direction",
     TIGHT,
     {{'C', 1000, 0, "", "S", 0},
      {'C', 1001, 0, "abc", NULL, 0},
      {'C', 1005, 0, "e", NULL, 0},
      {'C', 1006, 0, "f", NULL, 0},
      {'C', 1007, 0, "g", NULL, 0},
      {'C', 1008, 0, "h", NULL, 0}},
     {"2: C read 'abc'", "3: C held 1, 1 missing", "4: C held 1, 1 missing", "5: C held 1, 1 missing",
      "6: C lost 1 one-sided", "6: C read 'e' of 3", "6: C read 'f' of 4", "6: C read 'g' of 5", "6: C read 'h' of 6"}},

    {"low-bound-and-a-long-hole",
     TIGHT,
     {OPENED, {'C', 101001, 5001, "d", NULL, 0}},
     {"4: C held 1, 100000 missing", "end: C lost 100000 capture-end", "end: C read 'd' of 4"}},

    {"nothing-may-be-held",
     {1, 250, 2, 0, 1},
     {OPENED, {'S', 5001, 1001, "2", NULL, 0}, {'C', 1003, 5002, "c", NULL, 0}, {'C', 1001, 5002, "ab", NULL, 0}},
     {"4: S read '2'", "5: C lost 2 bound", "5: C read 'c' of 5", "6: C late 2"}},

    {"bound-exceeded",
     TIGHT,
     {OPENED,
      {'S', 5001, 1001, "2", NULL, 0},
      {'C', 1002, 5002, "b", NULL, 0},
      {'C', 1003, 5002, "c", NULL, 0},
      {'C', 1005, 5002, "e", NULL, 0},
      {'C', 1006, 5002, "f", NULL, 0},
      {'C', 1007, 5002, "g", NULL, 0},
      {'C', 1008, 5002, "h", NULL, 0},
      {'C', 1009, 5002, "i", NULL, 0}},
     {"4: S read '2'", "5: C held 1, 1 missing", "6: C held 1, 1 missing", "7: C held 1, 1 missing",
      "8: C held 1, 1 missing", "9: C held 1, 1 missing", "10: C held 1, 1 missing", "11: C lost 1 bound",
      "11: C read 'b' of 5", "11: C read 'c' of 6", "11: C held 1, 1 missing", "end: C lost 1 capture-end",
      "end: C read 'e' of 7", "end: C read 'f' of 8", "end: C read 'g' of 9", "end: C read 'h' of 10",
      "end: C read 'i' of 11"}},

    {"late-start",
     {0},
     {{'C', 7001, 9001, "abc", NULL, 0}, {'S', 9001, 7004, "250", NULL, 0}, {'C', 7004, 9004, "def", NULL, 0}},
     {"1: C read 'abc'", "2: S read '250'", "3: C read 'def'"}},

    {"late-start-swapped",
     AT_START(1),
     {{'C', 7004, 9004, "def", NULL, 0},
      {'S', 9001, 7004, "250", NULL, 0},
      {'C', 7001, 9001, "abc", NULL, 0},
      {'S', 9004, 7007, "354", NULL, 0}},
     {"1: C held 3, 0 missing", "2: S read '250' of 2", "2: C read 'def' of 1", "3: C late 3", "4: S read '354'"}},

    {"late-start-swapped-awaited",
     AT_START(2),
     {{'C', 7004, 9004, "def", NULL, 0},
      {'S', 9001, 7004, "250", NULL, 0},
      {'C', 7001, 9001, "abc", NULL, 0},
      {'S', 9004, 7007, "354", NULL, 0}},
     {"1: C held 3, 0 missing", "2: S held 3, 0 missing", "3: C read 'abc' of 3", "3: S read '250' of 2",
      "3: C read 'def' of 1", "4: S read '354'"}},

    {"late-start-acknowledged-before",
     {0},
     {{'C', 7001, 9004, "", NULL, 0}, {'S', 9001, 7001, "250", NULL, 0}, {'C', 7001, 9004, "abc", NULL, 0}},
     {"2: S read '250'", "3: C read 'abc'"}},

    {"syn-behind-data",
     {0},
     {{'S', 5001, 1001, "220", NULL, 0},
      {'C', 1000, 0, "", "S", 0},
      {'S', 5000, 1001, "", "S", 0},
      {'C', 1001, 5004, "EHLO", NULL, 0}},
     {"1: S read '220'", "4: C read 'EHLO'"}},

    {"syn-with-data",
     {0},
     {{'C', 1000, 0, "abc", "S", 0}, {'S', 5000, 1004, "", "S", 0}, {'C', 1004, 5001, "def", NULL, 0}},
     {"1: C read 'abc'", "3: C read 'def'"}},

    {"syn-again",
     {0},
     {{'C', 1000, 0, "", "S", 0},
      {'C', 1000, 0, "", "S", 0},
      {'S', 5000, 1001, "", "S", 0},
      {'S', 5000, 1001, "", "S", 0},
      {'C', 1001, 5001, "abc", NULL, 0},
      {'S', 5000, 1001, "", "S", 0}},
     {"5: C read 'abc'"}},

    {"syn-not-counted",
     {0},
     {{'C', 1000, 0, "", "S", 0},
      {'S', 5000, 1000, "", "S", 0},
      {'C', 1000, 5000, "", NULL, 0},
      {'S', 5000, 1000, "220", NULL, 0},
      {'C', 1000, 5003, "EHLO", NULL, 0},
      {'S', 5003, 1004, "250", NULL, 0}},
     {"4: S read '220'", "5: C read 'EHLO'", "6: S read '250'"}},

    {"syn-not-counted-but-acknowledged",
     {0},
     {OPENED,
      {'S', 5000, 1001, "220", NULL, 0},
      {'C', 1000, 5003, "EHLO", NULL, 0},
      {'S', 5003, 1004, "250", NULL, 0},
      {'C', 1004, 5006, "MAIL", NULL, 0}},
     {"4: S aside 3", "5: S read '220' of 4", "5: C aside 4", "6: C read 'EHLO' of 5", "6: S read '250'",
      "7: C read 'MAIL'"}},

    {"syn-not-counted-numbers-from-0",
     {0},
     {{'C', 0, 0, "", "S", 0},
      {'S', 0, 0, "", "S", 0},
      {'S', 0, 0, "220", NULL, 0},
      {'C', 0, 3, "EHLO", NULL, 0},
      {'S', 3, 4, "250", NULL, 0}},
     {"3: S read '220'", "4: C read 'EHLO'", "5: S read '250'"}},

    {"data-before-the-syn",
     {0},
     {OPENED,
      {'C', 990, 5001, "evil", NULL, 0},
      {'C', 1000, 5001, "evil", NULL, 0},
      {'C', 1001, 5001, "good", NULL, 0},
      {'S', 5001, 1005, "250", NULL, 0}},
     {"4: C aside 4", "5: C aside 4", "6: C read 'good'", "7: S read '250'"}},

    {"forged-far-data",
     {0},
     {OPENED,
      {'C', 0x80000000, 5001, "evil", NULL, 0},
      {'C', 1001, 5001, "abc", NULL, 0},
      {'C', 0x40000000, 77, "evil", NULL, 0},
      {'C', 1004, 5001, "def", NULL, 0}},
     {"4: C aside 4", "5: C read 'abc'", "6: C aside 4", "7: C read 'def'"}},

    {"forged-acknowledgement",
     {0},
     {OPENED,
      {'S', 5001, 1001, "", NULL, 0},
      {'S', 5001, 101001, "", NULL, 0},
      {'S', 5001, 1001, "220", NULL, 0},
      {'C', 1001, 5004, "EHLO", NULL, 0},
      {'S', 5004, 1005, "250", NULL, 0},
      {'S', 5007, 1005, "250", NULL, 0},
      {'S', 5010, 1005, "250", NULL, 0},
      {'C', 1005, 5013, "MAIL", NULL, 0}},
     {"6: S read '220'", "7: C read 'EHLO'", "8: S read '250'", "9: S read '250'", "10: S read '250'", "11: C read 'MAIL'"}},

    {"forged-acknowledgement-with-odd-number",
     {0},
     {OPENED,
      {'S', 55001, 101001, "", NULL, 0},
      {'S', 5001, 1001, "220", NULL, 0},
      {'S', 5004, 1001, "220", NULL, 0},
      {'S', 5007, 1001, "220", NULL, 0},
      {'C', 1001, 5010, "EHLO", NULL, 0}},
     {"5: S read '220'", "6: S read '220'", "7: S read '220'", "8: C read 'EHLO'"}},

    {"payload-acknowledges-what-was-never-sent",
     {0},
     {OPENED, {'S', 5001, 101001, "220", NULL, 0}, {'S', 5004, 1001, "250", NULL, 0}, {'C', 1001, 5007, "EHLO", NULL, 0}},
     {"4: S held 3, 0 missing", "5: S read '220' of 4", "5: S read '250' of 5", "6: C read 'EHLO'"}},

    {"each-waits-for-the-other",
     {0},
     {OPENED, {'C', 1001, 5004, "abc", NULL, 0}, {'S', 5001, 1004, "def", NULL, 0}},
     {"4: C held 3, 0 missing", "5: S read 'def' of 5", "5: C read 'abc' of 4"}},

    {"keep-alive",
     {0},
     {OPENED,
      {'C', 1001, 5001, "abc", NULL, 0},
      {'C', 1003, 5001, "0", "K", 0},
      {'C', 1004, 5001, "def", NULL, 0},
      {'S', 5000, 1007, "0", "K", 0},
      {'S', 5001, 1007, "250", NULL, 0}},
     {"4: C read 'abc'", "6: C read 'def'", "8: S read '250'"}},

    {"keep-alive-behind-lost-octets",
     {0},
     {OPENED, {'S', 5001, 1004, "", NULL, 0}, {'C', 1003, 5001, "0", "K", 0}, {'C', 1001, 5001, "abc", NULL, 0}},
     {"6: C read 'abc'"}},

    {"snapped",
     {0},
     {OPENED, {'S', 5001, 1001, "220 ", NULL, 6}, {'C', 1001, 5011, "EH", NULL, 2}, {'S', 5011, 1005, "250", NULL, 0}},
     {"4: S read '220 '", "4: S lost 6 snapped", "5: C read 'EH'", "5: C lost 2 snapped", "6: S read '250'"}},

    {"snapped-while-held",
     {0},
     {OPENED, {'C', 1004, 5001, "de", NULL, 2}, {'C', 1001, 5001, "abc", NULL, 0}},
     {"4: C held 2, 3 missing", "4: C held 2 snapped, 3 missing", "5: C read 'abc'", "5: C read 'de' of 4",
      "5: C lost 2 snapped of 4"}},

    {"stray-syn-ack",
     {0},
     {OPENED,
      {'S', 5001, 1001, "220", NULL, 0},
      {'S', 19090880, 1001, "", "S", 0},
      {'C', 1000, 5004, "", "S", 0},
      {'C', 1001, 5004, "EHLO", NULL, 0},
      {'S', 5004, 1005, "250", NULL, 0}},
     {"4: S read '220'", "5: S aside 0", "7: C read 'EHLO'", "8: S read '250'"}},

    {"stray-syn-ack-with-the-next-number",
     {0},
     {OPENED,
      {'S', 5001, 1001, "220", NULL, 0},
      {'C', 1001, 5004, "EHLO", NULL, 0},
      {'C', 1004, 5004, "", "S", 0},
      {'C', 1005, 5004, "MAIL", NULL, 0},
      {'S', 5004, 1005, "", NULL, 0},
      {'S', 5004, 1009, "250", NULL, 0}},
     {"4: S read '220'", "5: C read 'EHLO'", "6: C aside 0", "7: C read 'MAIL'", "9: S read '250'"}},

    {"stray-syn",
     {0},
     {OPENED,
      {'C', 1001, 5001, "abc", NULL, 0},
      {'C', 3000, 0, "", "S", 0},
      {'C', 1004, 5001, "def", NULL, 0},
      {'S', 5001, 1007, "250", NULL, 0}},
     {"4: C read 'abc'", "5: C aside 0", "6: C read 'def'", "7: S read '250'"}},

    {"ports-used-again",
     {0},
     {OPENED,
      {'C', 1001, 5001, "abc", NULL, 0},
      {'C', 1007, 5001, "ghi", NULL, 0},
      {'C', 2000, 0, "", "S", 0},
      {'S', 6000, 2001, "", "S", 0},
      {'C', 2001, 6001, "new", NULL, 0}},
     {"4: C read 'abc'", "5: C held 3, 3 missing", "6: C aside 0", "7: C lost 3 restart", "7: C read 'ghi' of 5",
      "7: S restart", "8: C read 'new'"}},

    {"ports-used-again-after-both-ends",
     {0},
     {OPENED,
      {'C', 1001, 5001, "", "F", 0},
      {'S', 5001, 1002, "", "F", 0},
      {'C', 1000, 0, "", "S", 0},
      {'S', 5000, 1001, "", "S", 0},
      {'C', 1001, 5001, "new", NULL, 0}},
     {"4: C ended closed", "5: S ended closed", "6: C restart", "8: C read 'new'"}},

    {"ports-used-again-syn-ack-only",
     {0},
     {OPENED,
      {'C', 1001, 5001, "abc", NULL, 0},
      {'S', 5001, 1004, "", "R", 0},
      {'S', 800000000, 500000000, "", "S", 0},
      {'C', 500000000, 800000001, "", NULL, 0},
      {'S', 800000001, 500000000, "220", NULL, 0},
      {'C', 500000000, 800000004, "EHLO", NULL, 0}},
     {"4: C read 'abc'", "5: S ended reset", "6: S restart", "8: S read '220'", "9: C read 'EHLO'"}},

    {"ports-used-again-without-syn",
     {0},
     {OPENED,
      {'C', 1001, 5001, "abc", NULL, 0},
      {'S', 800000001, 500000000, "220", NULL, 0},
      {'C', 500000000, 800000004, "EHLO", NULL, 0},
      {'S', 800000004, 500000004, "250", NULL, 0}},
     {"4: C read 'abc'", "5: S aside 3", "6: C restart", "6: S read '220' of 5", "6: C read 'EHLO'", "7: S read '250'"}},

    {"ports-used-again-without-syn-one-direction",
     {0},
     {OPENED, {'C', 1001, 5001, "abc", NULL, 0}, {'C', 500000000, 0, "new1", NULL, 0}, {'C', 500000004, 0, "new2", NULL, 0}},
     {"4: C read 'abc'", "5: C aside 4", "6: C restart", "6: C read 'new1' of 5", "6: C read 'new2'"}},

    {"syn-answered-late",
     {0},
     {{'C', 1000, 0, "", "S", 0},
      {'C', 2000, 0, "", "S", 0},
      {'S', 5000, 2001, "", "S", 0},
      {'C', 2001, 5001, "abc", NULL, 0}},
     {"2: C restart", "4: C read 'abc'"}},

    {"patient",
     PATIENT,
     {OPENED,
      {'S', 5001, 1004, "r1", NULL, 0},
      {'C', 1004, 5003, "d", NULL, 0},
      {'C', 1005, 5003, "e", NULL, 0},
      {'C', 1006, 5003, "f", NULL, 0},
      {'C', 1001, 5003, "abc", NULL, 0}},
     {"4: S held 2, 0 missing", "5: C held 1, 3 missing", "6: C held 1, 3 missing", "7: C held 1, 3 missing",
      "8: C read 'abc' of 8", "8: S read 'r1' of 4", "8: C read 'd' of 5", "8: C read 'e' of 6", "8: C read 'f' of 7"}},
};

static const char *const causes[] = {"",      "acknowledged", "one-sided", "bound",      "snapped",
                                     "reset", "closed",       "restart",   "capture-end"};

static void write_event(GString *out, const segments_event *e, unsigned frame)
{
    if (frame)
        g_string_append_printf(out, "%u: ", frame);
    else
        g_string_append(out, "end: ");
    g_string_append_printf(out, "%c ", "CS"[e->direction]);
    switch ((segments_event_kind)e->kind) {
    case SEGMENTS_READ:
        g_string_append_printf(out, "read '%.*s'", (int)e->length, (const char *)e->octets);
        g_assert_true(e->held || e->frame == frame);
        break;
    case SEGMENTS_LOST:
        g_string_append_printf(out, "lost %u %s", (unsigned)e->length, causes[e->cause]);
        break;
    case SEGMENTS_RETRANSMITTED:
        g_string_append_printf(out, "retransmitted %u", (unsigned)e->length);
        if (e->differing)
            g_string_append_printf(out, ", %u differ", (unsigned)e->differing);
        break;
    case SEGMENTS_HELD:
        g_string_append_printf(out, "held %u%s, %u missing", (unsigned)e->length, e->octets ? "" : " snapped",
                               (unsigned)e->missing);
        break;
    case SEGMENTS_LATE:
        g_string_append_printf(out, "late %u", (unsigned)e->length);
        break;
    case SEGMENTS_ASIDE:
        g_string_append_printf(out, "aside %u", (unsigned)e->length);
        break;
    case SEGMENTS_ENDED:
        g_string_append_printf(out, "ended %s", causes[e->cause]);
        break;
    case SEGMENTS_RESTART:
        g_string_append(out, "restart");
        break;
    }
    if (e->held || (e->cause == SEGMENTS_CAUSE_SNAPPED && e->frame != frame))
        g_string_append_printf(out, " of %u", e->frame);
    g_string_append_c(out, '\n');
}

static tcp_segment segment_of(const step *in, unsigned number)
{
    const char *flags = in->flags ? in->flags : "";
    bool keep_alive = strchr(flags, 'K') != NULL;

    return (tcp_segment){.frame = number,
                         .time = {.seconds = number},
                         .direction = in->who == 'S',
                         .sequence = in->sequence,
                         .acknowledgement = in->acknowledgement,
                         .has_acknowledgement = in->acknowledgement || !*flags,
                         .syn = strchr(flags, 'S'),
                         .fin = strchr(flags, 'F'),
                         .rst = strchr(flags, 'R'),
                         .payload = keep_alive ? (span){(const uint8_t *)"", 1} : span_of(in->text),
                         .missing = in->missing};
}

static void run_script(gconstpointer data)
{
    const script *in = (const script *)data;
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_STRICT);
    segments *s = segments_new(scope, in->limits.held ? &in->limits : NULL);
    GString *got = g_string_new(NULL), *expected = g_string_new(NULL);
    const segments_event *events;
    size_t count;

    for (unsigned i = 0; i < STEPS && in->steps[i].who; i++) {
        tcp_segment next = segment_of(&in->steps[i], i + 1);
        events = segments_put(s, &next, &count);
        for (size_t e = 0; e < count; e++)
            write_event(got, &events[e], i + 1);
    }
    events = segments_rest(s, scope, &count);
    for (size_t e = 0; e < count; e++)
        write_event(got, &events[e], 0);
    for (unsigned i = 0; i < LINES && in->expected[i]; i++)
        g_string_append_printf(expected, "%s\n", in->expected[i]);
    g_assert_cmpstr(got->str, ==, expected->str);
    g_string_free(got, TRUE);
    g_string_free(expected, TRUE);
    wmem_destroy_allocator(scope);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
        char *path = g_strconcat("/segments/", scripts[i].name, NULL);
        g_test_add_data_func(path, &scripts[i], run_script);
        g_free(path);
    }
    return g_test_run();
}
