/* A network's weights, arranged for the form that is to run it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "network.h"


#define LARGEST_WEIGHT 127

/* [rows in, inputs] of a kernel [taps][inputs][columns], and which column each packed row is. */
struct source {
    const float *kernel;
    int taps, inputs, columns;
};

#define FORMS(set) \
    extern const struct form wide_##set, narrow_##set;
FORMS(portable)
#ifdef X86
FORMS(avx2)
FORMS(avx512)
extern const struct form wide_int8_avx2, narrow_int8_avx2;
#endif

static const struct form *form_of(int set, int precision, int wide)
{
#ifdef X86
    __builtin_cpu_init();
    const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const int avx512 = avx2 && __builtin_cpu_supports("avx512f");
    if (precision == INT8)
        return set != PORTABLE && avx2 ? wide ? &wide_int8_avx2 : &narrow_int8_avx2 : NULL;
    if (avx512 && (set == BEST || set == AVX512))
        return wide ? &wide_avx512 : &narrow_avx512;
    if (avx2 && (set == BEST || set == AVX2))
        return wide ? &wide_avx2 : &narrow_avx2;
#endif
    if (precision == FLOAT32 && (set == BEST || set == PORTABLE))
        return wide ? &wide_portable : &narrow_portable;
    return NULL;
}

int wavenet_has(int set, int precision)
{
    return form_of(set, precision, 1) != NULL;
}

/* tanh · sigmoid as a set of instructions computes it; count is a multiple of 16. */
void wavenet_gate(int set, const float *filters, const float *gates, float *z, int count)
{
    form_of(set, FLOAT32, 1)->gate(filters, gates, z, count);
}

/* Column of the kernel that row `row` of the packed matrix is, or -1: rows that fill a block. Of
 * gates, the first half of a block's rows are filters, the others the gates of the same channels.
 */
static int column(const struct form *form, int row, int columns, int gates)
{
    if (!gates)
        return row < columns ? row : -1;
    const int half = form->rows / 2, within = row % form->rows;
    const int channel = row / form->rows * half + within % half;
    return channel < columns / 2 ? channel + (within < half ? 0 : columns / 2) : -1;
}

static int whole(int channels, int rows)
{
    return (channels + rows - 1) / rows * rows;
}

static float weight(const struct source *from, int tap, int input, int column)
{
    if (column < 0 || input >= from->inputs)
        return 0;
    return from->kernel[((size_t)tap * from->inputs + input) * from->columns + column];
}

/* What 1 in the whole numbers of a row's weights is worth. */
static float unit_of(const struct source *from, int column)
{
    float largest = 0;
    for (int tap = 0; tap < from->taps; tap++)
        for (int input = 0; input < from->inputs; input++)
            largest = fmaxf(largest, fabsf(weight(from, tap, input, column)));
    return largest > 0 ? largest / LARGEST_WEIGHT : 1;
}

/* `quantum`: whole numbers a unit of the inputs, or 0 for a matrix of floats. */
static void pack(struct network *net, struct packed *to, struct source from, const float *bias,
                 int gates, float quantum)
{
    const struct form *form = net->form;
    const int rows = form->rows;
    const int padded = quantum ? whole(from.inputs, 2) : from.inputs;
    const size_t size = !quantum ? sizeof(float) : form->tile > 1 ? sizeof(int16_t) : 1;
    to->blocks = gates ? whole(from.columns / 2, rows / 2) / (rows / 2)
                       : whole(from.columns, rows) / rows;
    to->depth = from.taps * padded;
    to->kernel = take(&net->memory, size * to->blocks * rows * to->depth);
    to->bias = take(&net->memory, sizeof(float) * to->blocks * rows);
    to->unit = take(&net->memory, sizeof(float) * to->blocks * rows);
    if (net->memory.exhausted)
        return;
    for (int row = 0; row < to->blocks * rows; row++) {
        const int of = column(form, row, from.columns, gates);
        const float unit = quantum ? unit_of(&from, of) : 1;
        if (bias && of >= 0)
            to->bias[row] = bias[of];
        to->unit[row] = quantum ? unit / quantum : 1;
        for (int k = 0; k < to->depth; k++) {
            const float value = weight(&from, k / padded, k % padded, of) / unit;
            const size_t block = (size_t)(row / rows) * to->depth * rows;
            if (!quantum) {
                ((float *)to->kernel)[block + (size_t)k * rows + row % rows] = value;
                continue;
            }
            const size_t place = block + (size_t)(k / 2) * 2 * rows + 2 * (row % rows) + k % 2;
            if (form->tile > 1)
                ((int16_t *)to->kernel)[place] = (int16_t)lrintf(value);
            else
                ((int8_t *)to->kernel)[place] = (int8_t)lrintf(value);
        }
    }
}

/* The largest whole number for an activation with which no sum of `depth` products overflows. */
static float largest_activation(int depth)
{
    return fminf(32766, floorf(2147483000.0f / LARGEST_WEIGHT / depth));
}

static void *copied(struct network *net, const void *from, size_t bytes)
{
    void *to = take(&net->memory, bytes);
    return to ? memcpy(to, from, bytes) : NULL;
}

static void fill(struct network *net, const struct weights *w)
{
    const struct sizes *s = &net->sizes;
    const int small = net->form->precision == INT8, gates = 2 * s->gate;
    const size_t layers = s->layers, inputs = s->output == MULAW ? 256 : 1;
    net->input = copied(net, w->input, sizeof(float) * inputs * s->residual);
    net->input_bias = copied(net, w->input_bias, sizeof(float) * s->residual);
    net->coefficients = copied(net, w->coefficients,
                               sizeof(float) * s->scale * s->taps * BANDS);
    net->log_scale_min = *w->log_scale_min;
    net->kernels = s->paired ? 4 : 1;
    net->dilated = take(&net->memory, layers * net->kernels * sizeof(struct packed));
    net->condition = take(&net->memory, layers * sizeof(struct packed));
    net->residual = take(&net->memory, layers * sizeof(struct packed));
    net->skip = take(&net->memory, layers * sizeof(struct packed));
    net->quantum = take(&net->memory, layers * sizeof(float));
    if (net->memory.exhausted)
        return;
    net->gated_quantum = largest_activation(whole(s->gate, 2));
    const float gated = small ? net->gated_quantum : 0;
    const int taps = s->paired ? 1 : s->kernel;
    const float *dilated = w->dilated;
    for (size_t i = 0; i < layers; i++) {
        net->quantum[i] = largest_activation(s->kernel * whole(s->residual, 2)) / w->range[i];
        for (int k = 0; k < net->kernels; k++, dilated += (size_t)taps * s->residual * gates)
            pack(net, &net->dilated[i * net->kernels + k], (struct source){
                dilated, taps, s->residual, gates}, NULL, 1, small ? net->quantum[i] : 0);
        pack(net, &net->condition[i], (struct source){
            w->condition + i * s->mels * gates, 1, s->mels, gates}, NULL, 1, 0);
        if (i + 1 < layers)
            pack(net, &net->residual[i], (struct source){
                w->residual + i * s->gate * s->residual, 1, s->gate, s->residual},
                w->residual_bias + i * s->residual, 0, gated);
        pack(net, &net->skip[i], (struct source){
            w->skip + i * s->gate * s->skip, 1, s->gate, s->skip}, w->skip_bias, 0, gated);
    }
    pack(net, &net->post, (struct source){w->post, 1, s->skip, s->skip}, w->post_bias, 0, 0);
    pack(net, &net->last, (struct source){w->last, 1, s->skip, s->parameters}, w->last_bias, 0, 0);
}

/* A network for one stream (`wide` 0) or many, or NULL: no memory, or no such kernels here. */
struct network *wavenet_network(const int32_t *sizes, const int32_t *dilations,
                                const float *const *weights, int set, int precision, int wide)
{
    const struct form *form = form_of(set, precision, wide);
    struct network *net = form ? calloc(1, sizeof *net) : NULL;
    if (!net)
        return NULL;
    memcpy(&net->sizes, sizes, sizeof net->sizes);
    net->form = form;
    net->gate_channels = whole(net->sizes.gate, form->rows / 2);
    net->residual_channels = whole(net->sizes.residual, form->rows);
    net->skip_channels = whole(net->sizes.skip, form->rows);
    net->parameter_channels = whole(net->sizes.parameters, form->rows);
    net->dilations = copied(net, dilations, sizeof *dilations * net->sizes.layers);
    struct weights w;
    memcpy(&w, weights, sizeof w);
    fill(net, &w);
    if (net->memory.exhausted) {
        wavenet_network_free(net);
        return NULL;
    }
    return net;
}

void wavenet_network_free(struct network *net)
{
    give_back(&net->memory);
    free(net);
}
