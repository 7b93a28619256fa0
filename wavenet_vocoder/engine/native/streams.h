#ifndef STREAMS_H
#define STREAMS_H

#include "engine.h"

struct streams;

struct streams *wavenet_streams(const struct network *, int count, int threads, int shared,
                                const float *gates, float sample);
void wavenet_streams_free(struct streams *);
void wavenet_run(struct streams *, int64_t samples, int64_t first, int64_t positions,
                 const float *mel, const float *noise, const float *given, float *out,
                 float *parameters);

#endif
