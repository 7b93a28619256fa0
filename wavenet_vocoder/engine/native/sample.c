/* A sample from the parameters of its distribution: what outputs.py computes in the graph. */
#include "sample.h"

#include <math.h>

static float clipped(float x)
{
    return fminf(1, fmaxf(-1, x));
}

static float scale(const struct network *net, float raw)
{
    const float above = raw - net->log_scale_min;
    const float softplus = fmaxf(above, 0) + log1pf(expf(-fabsf(above)));
    return expf(net->log_scale_min + softplus);
}

/* The first of `classes` whose cumulated probability exceeds the noise, from their logits. */
static int first_exceeding(const float *logits, int classes, int stride, float noise)
{
    float largest = logits[0], total = 0, cumulated = 0;
    for (int i = 1; i < classes; i++)
        largest = fmaxf(largest, logits[i * stride]);
    for (int i = 0; i < classes; i++)
        total += expf(logits[i * stride] - largest);
    for (int i = 0; i + 1 < classes; i++) {
        cumulated += expf(logits[i * stride] - largest);
        if (cumulated > noise * total)
            return i;
    }
    return classes - 1;
}

static float of_logistics(const struct network *net, const float *p, int stride, const float *noise)
{
    const int mixture = net->sizes.mixture, one = first_exceeding(p, mixture, stride, noise[0]);
    const float mean = p[(mixture + one) * stride], raw = p[(2 * mixture + one) * stride];
    return clipped(mean + scale(net, raw) * noise[1]);
}

/* The next sample, or its class where classes are what is drawn; parameters lie `stride` apart. */
float drawn(const struct network *net, const float *parameters, int stride, const float *noise)
{
    switch (net->sizes.output) {
    case LOGISTICS:
        return of_logistics(net, parameters, stride, noise);
    case GAUSSIAN:
        return clipped(parameters[0] + scale(net, parameters[stride]) * noise[0]);
    default:
        return (float)first_exceeding(parameters, net->sizes.parameters, stride, noise[0]);
    }
}
