/* Networks: choice of the kernels for this CPU, and packing of the weights. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MAX_INT_WEIGHT 127

extern const struct kernel_set batched_portable, single_portable;
#ifdef __x86_64__
extern const struct kernel_set batched_avx2, single_avx2, batched_int8_avx2, single_int8_avx2;
extern const struct kernel_set batched_avx512, single_avx512;
extern const struct kernel_set batched_int8_avx512, single_int8_avx512;
#ifdef HAVE_AVX512VNNI
extern const struct kernel_set batched_int8_avx512vnni, single_int8_avx512vnni;
#endif
#endif

/* The best instruction set of this CPU for which there are kernels. */
static int best_instruction_set(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        return WAVENET_ISA_PORTABLE;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw"))
        return WAVENET_ISA_AVX2;
#ifdef HAVE_AVX512VNNI
    if (__builtin_cpu_supports("avx512vnni"))
        return WAVENET_ISA_AVX512_VNNI;
#endif
    return WAVENET_ISA_AVX512;
#else
    return WAVENET_ISA_PORTABLE;
#endif
}

/* The kernels of an instruction set: {single, batched} for each precision; NULL if missing. */
static const struct kernel_set *find_kernels(int instruction_set, int precision, int layout)
{
    static const struct kernel_set *const kernels[][2][2] = {
        [WAVENET_ISA_PORTABLE] = {{&single_portable, &batched_portable}, {NULL, NULL}},
#ifdef __x86_64__
        [WAVENET_ISA_AVX2] = {{&single_avx2, &batched_avx2},
                              {&single_int8_avx2, &batched_int8_avx2}},
        [WAVENET_ISA_AVX512] = {{&single_avx512, &batched_avx512},
                                {&single_int8_avx512, &batched_int8_avx512}},
#ifdef HAVE_AVX512VNNI
        [WAVENET_ISA_AVX512_VNNI] = {{&single_avx512, &batched_avx512},
                                     {&single_int8_avx512vnni, &batched_int8_avx512vnni}},
#endif
#endif
    };
    const int best = best_instruction_set();
    if (instruction_set == WAVENET_ISA_BEST)
        instruction_set = best;
    if (instruction_set < WAVENET_ISA_PORTABLE || instruction_set > best
        || (precision != WAVENET_FLOAT32 && precision != WAVENET_INT8))
        return NULL;
    return kernels[instruction_set][precision == WAVENET_INT8][layout == WAVENET_BATCHED];
}

int wavenet_supports(int instruction_set, int precision)
{
    return find_kernels(instruction_set, precision, WAVENET_BATCHED) != NULL;
}

void wavenet_gated_activation(int instruction_set, const float *filters, const float *gates,
                              float *z, int count)
{
    find_kernels(instruction_set, WAVENET_FLOAT32, WAVENET_BATCHED)->gated_activation(
        filters, gates, z, count);
}

int wavenet_n_parameters(const wavenet_config *config)
{
    return config->output_distribution == WAVENET_LOGISTICS ? 3 * config->num_mixtures
           : config->output_distribution == WAVENET_GAUSSIAN ? 2 : WAVENET_MULAW_CLASSES;
}

int wavenet_noise_dim(const wavenet_config *config)
{
    return config->output_distribution == WAVENET_LOGISTICS ? 2 : 1;
}

const char *wavenet_status_message(wavenet_status status)
{
    static const char *const messages[] = {
        [WAVENET_OK] = "no error",
        [WAVENET_ERROR_VERSION] =
            "the library has another version than the caller's wavenet_engine.h",
        [WAVENET_ERROR_CONFIG] = "a field of wavenet_config is out of range",
        [WAVENET_ERROR_UNSUPPORTED] =
            "this CPU has no kernels for the instruction set and precision",
        [WAVENET_ERROR_MEMORY] = "out of memory",
        [WAVENET_ERROR_ROWS] = "the number of condition rows does not match the number of samples",
        [WAVENET_ERROR_RESTART] = "a stream cannot be restarted here"};
    return (size_t)status < sizeof messages / sizeof *messages ? messages[status]
                                                               : "unknown status";
}

/* A convolution kernel [taps][inputs][columns]. */
struct source {
    const float *kernel;
    int taps, inputs, columns;
};

static int round_up(int n, int multiple)
{
    return (n + multiple - 1) / multiple * multiple;
}

/* The column of the kernel that becomes row `row` of the packed matrix, or -1 for padding. With
 * `gates`, the first half of a block's rows are filters and the second half the gates of the same
 * channels, so that one block suffices for gated activations.
 */
static int source_column(const struct kernel_set *kernels, int row, int columns, int gates)
{
    if (!gates)
        return row < columns ? row : -1;
    const int half = kernels->rows / 2, row_in_block = row % kernels->rows;
    const int channel = row / kernels->rows * half + row_in_block % half;
    if (channel >= columns / 2)
        return -1;
    return channel + (row_in_block < half ? 0 : columns / 2);
}

static float source_weight(const struct source *source, int tap, int input, int column)
{
    if (column < 0 || input >= source->inputs)
        return 0;
    return source->kernel[((size_t)tap * source->inputs + input) * source->columns + column];
}

/* INT8: the weight that the integer 1 stands for in a column. */
static float quantisation_step(const struct source *source, int column)
{
    float largest = 0;
    for (int tap = 0; tap < source->taps; tap++)
        for (int input = 0; input < source->inputs; input++)
            largest = fmaxf(largest, fabsf(source_weight(source, tap, input, column)));
    return largest > 0 ? largest / MAX_INT_WEIGHT : 1;
}

/* `bias` may be NULL. `input_scale`: integers per unit of the inputs, or 0 for floats. */
static void pack(struct wavenet_network *net, struct packed_matrix *matrix, struct source source,
                 const float *bias, int gates, float input_scale)
{
    const struct kernel_set *kernels = net->kernels;
    const int rows = kernels->rows, batched = kernels->lanes > 1;
    const int inputs = input_scale ? round_up(source.inputs, 2) : source.inputs;
    const size_t size = !input_scale ? sizeof(float) : batched ? sizeof(int16_t) : sizeof(int8_t);
    matrix->blocks = gates ? round_up(source.columns / 2, rows / 2) / (rows / 2)
                           : round_up(source.columns, rows) / rows;
    matrix->depth = source.taps * inputs;
    matrix->kernel = arena_alloc(&net->arena, size * matrix->blocks * rows * matrix->depth);
    matrix->bias = arena_alloc(&net->arena, sizeof(float) * matrix->blocks * rows);
    matrix->scale = arena_alloc(&net->arena, sizeof(float) * matrix->blocks * rows);
    if (net->arena.exhausted)
        return;
    for (int row = 0; row < matrix->blocks * rows; row++) {
        const int column = source_column(kernels, row, source.columns, gates);
        const float step = input_scale ? quantisation_step(&source, column) : 1;
        const size_t panel = (size_t)(row / rows) * matrix->depth * rows;
        if (bias && column >= 0)
            matrix->bias[row] = bias[column];
        matrix->scale[row] = input_scale ? step / input_scale : 1;
        for (int k = 0; k < matrix->depth; k++) {
            const float value = source_weight(&source, k / inputs, k % inputs, column) / step;
            const size_t pair = panel + (size_t)(k / 2) * 2 * rows + 2 * (row % rows) + k % 2;
            if (!input_scale)
                ((float *)matrix->kernel)[panel + (size_t)k * rows + row % rows] = value;
            else if (batched)
                ((int16_t *)matrix->kernel)[pair] = (int16_t)lrintf(value);
            else
                ((int8_t *)matrix->kernel)[pair] = (int8_t)lrintf(value);
        }
    }
}

/* The largest integer activation with which no sum of `depth` products overflows int32. */
static float max_int_activation(int depth)
{
    return fminf(32766, floorf(2147483000.0f / MAX_INT_WEIGHT / depth));
}

static void *arena_copy(struct wavenet_network *net, const void *source, size_t bytes)
{
    void *copy = arena_alloc(&net->arena, bytes);
    return copy ? memcpy(copy, source, bytes) : NULL;
}

static void pack_weights(struct wavenet_network *net, const wavenet_weights *w)
{
    const wavenet_config *c = &net->config;
    const int int8 = c->precision == WAVENET_INT8, gates = 2 * c->dilation_channels;
    const int residual = c->residual_channels, dilation = c->dilation_channels;
    const int skip = c->skip_channels, taps = c->winograd ? 1 : c->kernel_size;
    const size_t layers = c->layers;
    const size_t classes = c->output_distribution == WAVENET_MULAW ? WAVENET_MULAW_CLASSES : 1;
    net->input_kernel = arena_copy(net, w->input_kernel, sizeof(float) * classes * residual);
    net->input_bias = arena_copy(net, w->input_bias, sizeof(float) * residual);
    net->upsample_coefficients = arena_copy(net, w->upsample_coefficients, sizeof(float)
                                            * c->upsample_scale * c->upsample_taps * BANDS);
    net->dilated_matrices = c->winograd ? 4 : 1;
    net->dilated = arena_alloc(&net->arena,
                               layers * net->dilated_matrices * sizeof *net->dilated);
    net->condition = arena_alloc(&net->arena, layers * sizeof *net->condition);
    net->residual = arena_alloc(&net->arena, layers * sizeof *net->residual);
    net->skip = arena_alloc(&net->arena, layers * sizeof *net->skip);
    net->input_scale = arena_alloc(&net->arena, layers * sizeof *net->input_scale);
    if (net->arena.exhausted)
        return;
    net->gated_scale = max_int_activation(round_up(dilation, 2));
    const float gated_scale = int8 ? net->gated_scale : 0;
    const float *dilated = w->dilated_kernel;
    for (size_t i = 0; i < layers; i++) {
        net->input_scale[i] = max_int_activation(c->kernel_size * round_up(residual, 2))
                              / w->input_bounds[i];
        for (int k = 0; k < net->dilated_matrices; k++, dilated += (size_t)taps * residual * gates)
            pack(net, &net->dilated[i * net->dilated_matrices + k],
                 (struct source){dilated, taps, residual, gates}, NULL, 1,
                 int8 ? net->input_scale[i] : 0);
        pack(net, &net->condition[i], (struct source){
            w->condition_kernel + i * c->mels * gates, 1, c->mels, gates}, NULL, 1, 0);
        if (i + 1 < layers)
            pack(net, &net->residual[i], (struct source){
                w->residual_kernel + i * dilation * residual, 1, dilation, residual},
                w->residual_bias + i * residual, 0, gated_scale);
        pack(net, &net->skip[i], (struct source){
            w->skip_kernel + i * dilation * skip, 1, dilation, skip}, w->skip_bias, 0, gated_scale);
    }
    pack(net, &net->post, (struct source){w->post_kernel, 1, skip, skip}, w->post_bias, 0, 0);
    pack(net, &net->output, (struct source){w->output_kernel, 1, skip, net->n_parameters},
         w->output_bias, 0, 0);
}

static int is_valid(const wavenet_config *c)
{
    if (c->layers < 1 || c->kernel_size < 2 || c->kernel_size > MAX_TAPS
        || c->residual_channels < 1 || c->dilation_channels < 1 || c->skip_channels < 1
        || c->mels < 1 || c->upsample_scale < 1 || c->upsample_shift < 0
        || c->upsample_taps < 1 || c->upsample_taps * BANDS > MAX_TERMS
        || c->output_distribution < WAVENET_LOGISTICS || c->output_distribution > WAVENET_MULAW
        || (c->output_distribution == WAVENET_LOGISTICS && c->num_mixtures < 1)
        || (c->winograd && (c->kernel_size != 3 || c->precision != WAVENET_FLOAT32)))
        return 0;
    for (int i = 0; i < c->layers; i++)
        if (c->dilations[i] < 1)
            return 0;
    return 1;
}

wavenet_status wavenet_network_create(const wavenet_config *config, const wavenet_weights *weights,
                                      wavenet_network **network)
{
    *network = NULL;
    if (config->version != WAVENET_VERSION)
        return WAVENET_ERROR_VERSION;
    if (!is_valid(config))
        return WAVENET_ERROR_CONFIG;
    const struct kernel_set *kernels = find_kernels(config->instruction_set, config->precision,
                                                    config->layout);
    if (!kernels)
        return WAVENET_ERROR_UNSUPPORTED;
    struct wavenet_network *net = calloc(1, sizeof *net);
    if (!net)
        return WAVENET_ERROR_MEMORY;
    net->config = *config;
    net->kernels = kernels;
    net->n_parameters = wavenet_n_parameters(config);
    net->padded_dilation = round_up(config->dilation_channels, kernels->rows / 2);
    net->padded_residual = round_up(config->residual_channels, kernels->rows);
    net->padded_skip = round_up(config->skip_channels, kernels->rows);
    net->padded_parameters = round_up(net->n_parameters, kernels->rows);
    net->config.dilations = arena_copy(net, config->dilations,
                                       sizeof *config->dilations * config->layers);
    pack_weights(net, weights);
    if (net->arena.exhausted) {
        wavenet_network_free(net);
        return WAVENET_ERROR_MEMORY;
    }
    *network = net;
    return WAVENET_OK;
}

int wavenet_network_lanes(const wavenet_network *net)
{
    return net->kernels->lanes;
}

void wavenet_network_free(wavenet_network *net)
{
    if (!net)
        return;
    arena_free(&net->arena);
    free(net);
}
