/* parts_begin.h — lets GMime begin, whose tables forget four small blocks for good: the leak sanitizer is not to tell of
 * these.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_FUZZ_PARTS_BEGIN_H
#define ESMTP_FUZZ_PARTS_BEGIN_H

#include "parts/parts.h"

/* Of the sanitizer, when the program has it. */
__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static inline void parts_begin(void)
{
    part_source nothing = {.octets = {NULL, 0}};
    part_question question = {.parts_limit = 1, .depth_limit = 1};

    if (__lsan_disable)
        __lsan_disable();
    g_ptr_array_unref(parts_read(&nothing, &question));
    if (__lsan_enable)
        __lsan_enable();
}

#endif
