/* The kernels of one instruction set: compiled once for each, with SET as the end of the names. */
#include <string.h>

#include "engine.h"
#include "vector.h"

#define JOINED(a, b) a##_##b
#define NAMED(a, b) JOINED(a, b)

/* Blocks whose weights stay in the second-level cache while they meet tile after tile. */
#define TOGETHER 8
/* A network's weights come from the third-level cache or from memory: they are asked for AHEAD
 * bytes before they are used, AT_ONCE inputs of a product at a time.
 */
#define AT_ONCE 8
#define AHEAD 3072
#define FETCH(kernel, count) \
    for (size_t fetched = 0; fetched < (count) * sizeof *(kernel); fetched += LINE) \
        __builtin_prefetch((const char *)(kernel) + AHEAD + fetched)

static void NAMED(gate, SET)(const float *filters, const float *gates, float *z, int count)
{
    vec a, b;
    for (int i = 0; i + WIDTH <= count; i += WIDTH) {
        memcpy(&a, filters + i, sizeof a);
        memcpy(&b, gates + i, sizeof b);
        a = gated(a, b);
        memcpy(z + i, &a, sizeof a);
    }
}

/* Streams across the lanes: as many accumulators as there are registers for. */
#define FORM wide
#define WIDE 1
#if WIDTH == 16
#define ROWS 12
#else
#define ROWS 6
#endif
#define VECTORS 2
#define PRECISION FLOAT32
#include "form.h"

/* Channels across the lanes: one stream. */
#define FORM narrow
#define WIDE 0
#define ROWS (4 * WIDTH)
#define VECTORS 1
#define PRECISION FLOAT32
#include "form.h"

#if WIDTH == 8
#define FORM wide_int8
#define WIDE 1
#define ROWS 4                  /* a multiple of 4: half a block's rows go in pairs */
#define VECTORS 2
#define PRECISION INT8
#include "form.h"

#define FORM narrow_int8
#define WIDE 0
#define ROWS (4 * WIDTH)
#define VECTORS 1
#define PRECISION INT8
#include "form.h"
#endif
