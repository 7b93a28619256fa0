/* Samples from the parameters of their distribution, as in ../../distributions.py. */
#include <math.h>

#include "internal.h"

static float clip(float x)
{
    return fminf(1, fmaxf(-1, x));
}

static float scale(const struct wavenet_network *net, float raw)
{
    const float above = raw - net->config.log_scale_min;
    const float softplus = fmaxf(above, 0) + log1pf(expf(-fabsf(above)));
    return expf(net->config.log_scale_min + softplus);
}

/* The first class whose cumulative probability exceeds `uniform`. */
static int sample_class(const float *logits, int classes, int stride, float uniform)
{
    float largest = logits[0], total = 0, cumulative = 0;
    for (int i = 1; i < classes; i++)
        largest = fmaxf(largest, logits[i * stride]);
    for (int i = 0; i < classes; i++)
        total += expf(logits[i * stride] - largest);
    for (int i = 0; i + 1 < classes; i++) {
        cumulative += expf(logits[i * stride] - largest);
        if (cumulative > uniform * total)
            return i;
    }
    return classes - 1;
}

static float sample_logistics(const struct wavenet_network *net, const float *p, int stride,
                              const float *noise)
{
    const int mixtures = net->config.num_mixtures;
    const int component = sample_class(p, mixtures, stride, noise[0]);
    const float mean = p[(mixtures + component) * stride];
    const float raw = p[(2 * mixtures + component) * stride];
    return clip(mean + scale(net, raw) * noise[1]);
}

float sample_distribution(const struct wavenet_network *net, const float *parameters, int stride,
                          const float *noise)
{
    switch (net->config.output_distribution) {
    case WAVENET_LOGISTICS:
        return sample_logistics(net, parameters, stride, noise);
    case WAVENET_GAUSSIAN:
        return clip(parameters[0] + scale(net, parameters[stride]) * noise[0]);
    default:
        return (float)sample_class(parameters, net->n_parameters, stride, noise[0]);
    }
}
