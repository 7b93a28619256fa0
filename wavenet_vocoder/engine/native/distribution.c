/* Samples from the parameters of their distribution, as in ../../distributions.py. If a parameter
 * that decides about the sample is NaN, so is the sample. */
#include <math.h>

#include "internal.h"

static float clip(float x)
{
    return isnan(x) ? x : fminf(1, fmaxf(-1, x));
}

/* exp of the log scale, as _soft_floor gives it. */
static float scale(const struct wavenet_network *net, float raw)
{
    const float above = raw - net->config.log_scale_min;
    const float softplus = fmaxf(above, 0) + log1pf(expf(-fabsf(above)));
    return expf(net->config.log_scale_min + softplus);
}

/* The first class whose cumulative probability exceeds `uniform`; -1 if a logit is NaN. */
static int sample_class(const float *logits, int classes, int stride, float uniform)
{
    float largest = logits[0], total = 0, cumulative = 0;
    for (int i = 1; i < classes; i++)
        largest = fmaxf(largest, logits[i * stride]);
    for (int i = 0; i < classes; i++)
        total += expf(logits[i * stride] - largest);
    if (isnan(total))
        return -1;
    for (int i = 0; i + 1 < classes; i++) {
        cumulative += expf(logits[i * stride] - largest);
        if (cumulative > uniform * total)
            return i;
    }
    return classes - 1;
}

float sample_distribution(const struct wavenet_network *net, const float *p, int stride,
                          const float *noise)
{
    const int mixtures = net->config.num_mixtures;
    if (net->config.output_distribution == WAVENET_MULAW) {
        const int class = sample_class(p, net->n_parameters, stride, noise[0]);
        return class < 0 ? NAN : (float)class;
    }
    if (net->config.output_distribution == WAVENET_GAUSSIAN)
        return clip(p[0] + scale(net, p[stride]) * noise[0]);
    const int component = sample_class(p, mixtures, stride, noise[0]);
    if (component < 0)
        return NAN;
    return clip(p[(mixtures + component) * stride]
                + scale(net, p[(2 * mixtures + component) * stride]) * noise[1]);
}
