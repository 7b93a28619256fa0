/* The kernels of one instruction set. This file is compiled once for each set, with the flags that
 * enable it and with -DINSTRUCTION_SET=name, which becomes the end of all names.
 */
#include <string.h>

#include "internal.h"
#include "simd.h"
#if WIDTH > 4
#include "integer_simd.h"
#endif

#define CONCATENATE(a, b) a##_##b
#define NAME(a, b) CONCATENATE(a, b)

/* Cache blocking: the weights of this many blocks stay in the L2 cache for all tiles. */
#define BLOCKS_IN_L2 8
/* The weights of a network stream through from L3 or memory: prefetch them PREFETCH_BYTES ahead,
 * for UNROLL steps of the depth loop at a time.
 */
#define UNROLL 8
#define PREFETCH_BYTES 3072
#define PREFETCH_KERNEL(kernel, count) \
    for (size_t offset = 0; offset < (count) * sizeof *(kernel); offset += CACHE_LINE) \
        __builtin_prefetch((const char *)(kernel) + PREFETCH_BYTES + offset)

/* Memory to prefetch during a product: `lines` cache lines in UNROLL steps of the depth loop. A
 * prefetch of all lines at once would exceed the number of outstanding loads, and wait.
 */
struct prefetch {
    const float *next;
    int lines;
};

INLINE void prefetch_lines(struct prefetch *ahead)
{
    for (int line = 0; line < ahead->lines; line++, ahead->next += CACHE_LINE / sizeof *ahead->next)
        __builtin_prefetch(ahead->next);
}

static void NAME(gated_activation, INSTRUCTION_SET)(const float *filters, const float *gates,
                                                    float *z, int count)
{
    vec a, b;
    for (int i = 0; i + WIDTH <= count; i += WIDTH) {
        memcpy(&a, filters + i, sizeof a);
        memcpy(&b, gates + i, sizeof b);
        a = gated_activation(a, b);
        memcpy(z + i, &a, sizeof a);
    }
}

/* Batched layout: the block of ROWS × VECTORS accumulators fills the registers. The set with VNNI
 * has only the kernels that use it.
 */
#ifndef __AVX512VNNI__
#define LAYOUT batched
#define BATCHED 1
#define INT8 0
#define VECTORS 2
#if WIDTH == 16
#define ROWS 12
#else
#define ROWS 6
#endif
#include "kernel_template.h"

/* Single-stream layout. */
#define LAYOUT single
#define BATCHED 0
#define INT8 0
#define VECTORS 1
#define ROWS (4 * WIDTH)
#include "kernel_template.h"
#endif

#if WIDTH > 4
#define LAYOUT batched_int8
#define BATCHED 1
#define INT8 1
#define VECTORS (16 / WIDTH)
#define ROWS (WIDTH / 2)        /* a multiple of 4: half a block consists of pairs */
#include "kernel_template.h"

#define LAYOUT single_int8
#define BATCHED 0
#define INT8 1
#define VECTORS 1
#define ROWS 32
#include "kernel_template.h"
#endif
