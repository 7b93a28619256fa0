#ifndef NETWORK_H
#define NETWORK_H

#include "engine.h"

enum set { BEST, PORTABLE, AVX2, AVX512 };

int wavenet_has(int set, int precision);
void wavenet_gate(int set, const float *filters, const float *gates, float *z, int count);
struct network *wavenet_network(const int32_t *sizes, const int32_t *dilations,
                                const float *const *weights, int set, int precision, int wide);
void wavenet_network_free(struct network *);

#endif
