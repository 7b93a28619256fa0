#ifndef SAMPLE_H
#define SAMPLE_H

#include "engine.h"

float drawn(const struct network *, const float *parameters, int stride, const float *noise);

#endif
