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

static float of_logistics(const struct network *net, const float *p, int stride, const float *noise)
{
    const int mixture = net->sizes.mixture;
    int best = 0;
    for (int i = 1; i < mixture; i++)
        if (p[i * stride] + noise[i] > p[best * stride] + noise[best])
            best = i;
    const float mean = p[(mixture + best) * stride], raw = p[(2 * mixture + best) * stride];
    return clipped(mean + scale(net, raw) * noise[mixture]);
}

/* The first class whose cumulated probability exceeds the noise. */
static float of_classes(const struct network *net, const float *p, int stride, float noise)
{
    const int classes = net->sizes.parameters;
    float largest = p[0], total = 0, cumulated = 0;
    for (int i = 1; i < classes; i++)
        largest = fmaxf(largest, p[i * stride]);
    for (int i = 0; i < classes; i++)
        total += expf(p[i * stride] - largest);
    int chosen = 0;
    while (chosen + 1 < classes) {
        cumulated += expf(p[chosen * stride] - largest);
        if (cumulated > noise * total)
            break;
        chosen++;
    }
    return (float)chosen;
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
        return of_classes(net, parameters, stride, noise[0]);
    }
}
