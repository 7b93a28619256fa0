/* SIMD vectors of the width that the compiler flags select, and operations on them.
 *
 * Multiplication and addition are fused only in `muladd` (-ffp-contract=off), so the result of a
 * lane does not depend on how the compiler arranges the code around it.
 */
#ifndef SIMD_H
#define SIMD_H

#include <stdint.h>
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#if defined(__AVX512F__)
#define WIDTH 16                /* floats in a vector */
#elif defined(__AVX2__) && defined(__FMA__)
#define WIDTH 8
#else
#define WIDTH 4
#endif

typedef float vec __attribute__((vector_size(4 * WIDTH), may_alias));
typedef uint32_t bits __attribute__((vector_size(4 * WIDTH), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE vec load(const float *p) { return *(const vec *)p; }
INLINE void store(float *p, vec x) { *(vec *)p = x; }
INLINE vec splat(float x) { return x - (vec){0}; }

#if WIDTH == 16
INLINE vec muladd(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
INLINE vec min(vec a, vec b) { return _mm512_min_ps(a, b); }
INLINE vec max(vec a, vec b) { return _mm512_max_ps(a, b); }
#elif WIDTH == 8
INLINE vec muladd(vec a, vec b, vec c) { return _mm256_fmadd_ps(a, b, c); }
INLINE vec min(vec a, vec b) { return _mm256_min_ps(a, b); }
INLINE vec max(vec a, vec b) { return _mm256_max_ps(a, b); }
#else
INLINE vec muladd(vec a, vec b, vec c) { return a * b + c; }
INLINE vec blend(bits mask, vec a, vec b) { return (vec)((mask & (bits)a) | (~mask & (bits)b)); }
INLINE vec min(vec a, vec b) { return blend((bits)(a < b), a, b); }
INLINE vec max(vec a, vec b) { return blend((bits)(a > b), a, b); }
#endif

/* e^x for |x| ≤ 80, relative error 2e-7: 2^n · e^r with |r| ≤ ln 2 / 2, Taylor series to r^6. */
INLINE vec exponential(vec x)
{
    const vec round = splat(12582912.0f);               /* 1.5 · 2^23: n is in the lowest bits */
    const vec shifted = muladd(x, splat(1.44269504f), round), n = shifted - round;
    /* ln 2 in two parts, the first with few bits, so that its product with n is exact */
    const vec r = muladd(n, splat(2.12194440e-4f), muladd(n, splat(-0.693359375f), x));
    vec sum = splat(1.0f / 720);
    sum = muladd(sum, r, splat(1.0f / 120));
    sum = muladd(sum, r, splat(1.0f / 24));
    sum = muladd(sum, r, splat(1.0f / 6));
    sum = muladd(sum, r, splat(0.5f));
    sum = muladd(sum, r, splat(1.0f));
    sum = muladd(sum, r, splat(1.0f));
    return (vec)((bits)sum + ((bits)shifted << 23));
}

/* tanh(a) · sigmoid(b), absolute error 4e-7. With E = e^-2a and F = e^-b it is
 * (1 - E) / ((1 + E) · (1 + F)).
 */
INLINE vec gated_activation(vec a, vec b)
{
    a = max(min(a, splat(20.0f)), splat(-20.0f));
    b = max(min(b, splat(40.0f)), splat(-40.0f));
    const vec one = splat(1.0f), e = exponential(a * -2.0f), f = exponential(-b);
    return (one - e) / ((one + e) * (one + f));
}

#endif
