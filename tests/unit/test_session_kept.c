/* test_session_kept.c — segments and findings are read as they were written, whatever is in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/kept.h"

#define SEGMENTS 3000u
#define FINDINGS_MAX 6u
#define RUNS 20

typedef struct written {
    segment segment;
    finding findings[FINDINGS_MAX];
} written;

/* Numbers of all sizes, zero among them. */
static uint64_t any_number(GRand *random)
{
    uint64_t number = (uint64_t)g_rand_int(random) << 32 | g_rand_int(random);

    return number >> g_rand_int_range(random, 0, 64) >> g_rand_int_range(random, 0, 2);
}

static bool seldom(GRand *random)
{
    return g_rand_int_range(random, 0, 8) == 0;
}

/* A pointer to nothing, which is never followed. */
static void *any_pointer(GRand *random)
{
    return g_rand_boolean(random) ? (void *)(uintptr_t)any_number(random) : NULL;
}

static finding any_finding(GRand *random, uint64_t expected)
{
    finding f = {.kind = (unsigned)g_rand_int_range(random, 0, FINDING_KINDS) & 15u,
                 .length = (uint32_t)any_number(random),
                 .position = seldom(random) ? any_number(random) : expected,
                 .exchange = (exchange *)any_pointer(random),
                 .message = (message *)any_pointer(random)};

    if (!seldom(random))
        return f;
    f.flags = g_rand_int(random) & 0xfffu;
    f.step = g_rand_int(random) & 0xffffu;
    f.notes = any_number(random);
    f.octets = (const uint8_t *)any_pointer(random);
    return f;
}

/* Mostly one that goes on where the last one ended, in the same packet or a later one. */
static void any_segment(GRand *random, written *out, const segment *last)
{
    uint64_t expected = last->position + last->length;
    segment *s = &out->segment;

    *s = (segment){.frame = last->frame + (uint32_t)g_rand_int_range(random, 0, 3),
                   .length = (uint32_t)g_rand_int_range(random, 0, 3000),
                   .count = (uint32_t)g_rand_int_range(random, 0, FINDINGS_MAX + 1),
                   .position = seldom(random) ? any_number(random) : expected,
                   .side = (uint8_t)(g_rand_boolean(random) ? SIDE_SERVER : SIDE_CLIENT)};
    s->tag = seldom(random) ? g_rand_int(random) : (uint32_t)s->position;
    expected = s->position;
    for (unsigned i = 0; i < s->count; i++) {
        out->findings[i] = any_finding(random, expected);
        expected = out->findings[i].position + out->findings[i].length;
    }
    s->findings = out->findings;
}

static void check_found(kept_segments *kept, pools *memory, const written *expected, bool swapped)
{
    const segment *s = &expected->segment;
    segment found;

    g_assert_true(kept_find(kept, memory, s->frame, s->tag, &found));
    g_assert_cmpuint(found.frame, ==, s->frame);
    g_assert_cmpuint(found.tag, ==, s->tag);
    g_assert_cmpuint(found.length, ==, s->length);
    g_assert_cmpuint(found.position, ==, s->position);
    g_assert_cmpuint(found.side, ==, swapped ? !s->side : s->side);
    g_assert_cmpmem(found.findings, found.count * sizeof(finding), s->findings, s->count * sizeof(finding));
}

static bool same_key(const segment *a, const segment *b)
{
    return a->frame == b->frame && a->tag == b->tag;
}

/* So many segments, of which no two have the same frame and tag. */
static written *write_all(GRand *random, kept_segments *kept, pools *memory)
{
    written *all = g_new0(written, SEGMENTS);
    segment last = {.frame = 1};

    for (unsigned i = 0; i < SEGMENTS; i++) {
        any_segment(random, &all[i], &last);
        for (unsigned before = i; before-- > 0 && all[before].segment.frame == all[i].segment.frame;)
            if (same_key(&all[before].segment, &all[i].segment))
                all[i].segment.frame++;
        kept_add(kept, memory, &all[i].segment);
        last = all[i].segment;
    }
    return all;
}

/* In their order, then in any. */
static void test_found_as_written(void)
{
    for (int run = 0; run < RUNS; run++) {
        GRand *random = g_rand_new_with_seed(g_test_rand_int());
        pools *memory = pools_new(VISITS_MANY);
        kept_segments *kept = kept_new(memory);
        written *all = write_all(random, kept, memory);
        for (unsigned i = 0; i < SEGMENTS; i++)
            check_found(kept, memory, &all[i], false);
        kept_swap_sides(kept);
        for (unsigned i = 0; i < SEGMENTS; i++)
            check_found(kept, memory, &all[g_rand_int_range(random, 0, SEGMENTS)], true);
        g_free(all);
        pools_free(memory);
        g_rand_free(random);
    }
}

/* A live capture is read while it grows. */
static void test_found_while_written(void)
{
    pools *memory = pools_new(VISITS_MANY);
    kept_segments *kept = kept_new(memory);
    segment found, added = {.length = 9};

    for (uint32_t frame = 2; frame < 2 * SEGMENTS; frame += 2) {
        added.frame = frame;
        added.tag = added.length = frame % 100;
        kept_add(kept, memory, &added);
        added.position += added.length;
        g_assert_false(kept_find(kept, memory, frame + 1, added.tag, &found));
        g_assert_true(kept_find(kept, memory, frame, added.tag, &found));
        g_assert_cmpuint(found.length, ==, added.length);
        g_assert_false(kept_find(kept, memory, frame - 1, added.tag, &found));
        g_assert_true(kept_find(kept, memory, frame / 4 * 2 + 2, (frame / 4 * 2 + 2) % 100, &found));
    }
    pools_free(memory);
}

/* Neither in an empty list nor beside those that there are. */
static void test_nothing_found(void)
{
    pools *memory = pools_new(VISITS_MANY);
    kept_segments *kept = kept_new(memory);
    segment found, added = {.frame = 7, .tag = 5, .position = 5};

    g_assert_false(kept_find(kept, memory, 7, 5, &found));
    kept_swap_sides(kept);
    kept_add(kept, memory, &added);
    g_assert_true(kept_find(kept, memory, 7, 5, &found));
    g_assert_false(kept_find(kept, memory, 7, 6, &found));
    g_assert_false(kept_find(kept, memory, 6, 5, &found));
    g_assert_false(kept_find(kept, memory, 8, 5, &found));
    pools_free(memory);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wmem_init();
    g_test_add_func("/kept/found", test_found_as_written);
    g_test_add_func("/kept/growing", test_found_while_written);
    g_test_add_func("/kept/nothing", test_nothing_found);
    return g_test_run();
}
