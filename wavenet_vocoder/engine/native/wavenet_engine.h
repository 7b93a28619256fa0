/* WaveNet vocoder inference on CPUs: public interface.
 *
 * A network holds packed weights. Streams are waveforms that are generated in lockstep, one sample
 * at a time, with the weights of one network. Usage:
 *
 *     wavenet_network *network;
 *     wavenet_streams *streams;
 *     wavenet_network_create(&config, &weights, &network);
 *     wavenet_streams_create(network, n_streams, n_threads, 0, gate_bias, 0, &streams);
 *     wavenet_generate(streams, n_samples, condition, n_rows, noise, samples, NULL);
 *     wavenet_streams_free(streams);
 *     wavenet_network_free(network);
 *
 * All arrays are contiguous, row-major float32. Arrays passed in are copied or used only during the
 * call. A network may be used by several streams and threads at once, streams by one thread at a
 * time. The samples of a stream do not depend on the other streams, on the layout or on the number
 * of threads; between instruction sets they may differ by rounding. example.c is a complete
 * program.
 */
#ifndef WAVENET_ENGINE_H
#define WAVENET_ENGINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WAVENET_API __attribute__((visibility("default")))

/* Version of the structs and functions below. wavenet_network_create refuses another one. */
#define WAVENET_VERSION 1

typedef enum {
    WAVENET_OK,
    WAVENET_ERROR_VERSION,          /* config.version is not WAVENET_VERSION */
    WAVENET_ERROR_CONFIG,           /* a field of config is out of range */
    WAVENET_ERROR_UNSUPPORTED,      /* no kernels for this CPU, instruction set and precision */
    WAVENET_ERROR_MEMORY,           /* out of memory */
    WAVENET_ERROR_ROWS,             /* n_rows is not what wavenet_condition_rows returns */
    WAVENET_ERROR_RESTART           /* no restart is possible here */
} wavenet_status;

/* Instruction sets: a CPU that has one also has those before it. AVX2 includes FMA, AVX512 the
 * extensions F and BW. */
enum { WAVENET_ISA_BEST, WAVENET_ISA_PORTABLE, WAVENET_ISA_AVX2, WAVENET_ISA_AVX512,
       WAVENET_ISA_AVX512_VNNI };
enum { WAVENET_FLOAT32, WAVENET_INT8 };                     /* precision; INT8 needs AVX2 */
enum { WAVENET_SINGLE, WAVENET_BATCHED };                   /* layout: few streams, or many */
enum { WAVENET_LOGISTICS, WAVENET_GAUSSIAN, WAVENET_MULAW };    /* output distribution */

#define WAVENET_MULAW_CLASSES 256
#define WAVENET_FREQ_KERNEL_SIZE 3      /* mel bands in the kernel of an upsampling layer */

typedef struct {
    uint32_t version;               /* WAVENET_VERSION */
    int32_t instruction_set, precision, layout;
    int32_t layers, kernel_size;    /* kernel_size from 2 to 16 */
    int32_t residual_channels, dilation_channels, skip_channels, mels;
    int32_t output_distribution;
    int32_t num_mixtures;           /* of WAVENET_LOGISTICS */
    int32_t winograd;               /* dilated_kernel is transformed (winograd_template.h);
                                       only for kernel_size 3 and WAVENET_FLOAT32 */
    /* The last upsampling layer: sample n depends on the condition rows (n + shift) / scale to
     * (n + shift) / scale + taps - 1. */
    int32_t upsample_scale, upsample_shift, upsample_taps;      /* taps from 1 to 10 */
    float log_scale_min;            /* lower bound of the log scales of the distribution */
    const int32_t *dilations;       /* [layers] */
} wavenet_config;

/* Shapes of kernels are [inputs][outputs]. `gates` is 2 · dilation_channels: first the filters
 * (tanh), then the gates (sigmoid). */
typedef struct {
    const float *input_kernel;      /* [1 or WAVENET_MULAW_CLASSES][residual] */
    const float *input_bias;        /* [residual] */
    const float *dilated_kernel;    /* [layers][kernel_size · residual][gates], the oldest tap
                                       first; with winograd [layers][4 · residual][gates] */
    const float *condition_kernel;  /* [layers][mels][gates] */
    const float *residual_kernel;   /* [layers - 1][dilation][residual] */
    const float *residual_bias;     /* [layers - 1][residual] */
    const float *skip_kernel;       /* [layers][dilation][skip] */
    const float *skip_bias;         /* [skip], the sum over the layers */
    const float *post_kernel;       /* [skip][skip] */
    const float *post_bias;         /* [skip] */
    const float *output_kernel;     /* [skip][parameters] */
    const float *output_bias;       /* [parameters] */
    const float *upsample_coefficients; /* [upsample_scale][upsample_taps][FREQ_KERNEL_SIZE] */
    const float *input_bounds;      /* [layers]: bound of the magnitude of a layer's input */
} wavenet_weights;

typedef struct wavenet_network wavenet_network;
typedef struct wavenet_streams wavenet_streams;

/* A description of a status, in English. */
WAVENET_API const char *wavenet_status_message(wavenet_status status);

/* Whether this CPU and this build have kernels for an instruction set and precision. */
WAVENET_API int wavenet_supports(int instruction_set, int precision);

/* The number of parameters of a distribution, and of noise values to draw a sample. */
WAVENET_API int wavenet_n_parameters(const wavenet_config *config);
WAVENET_API int wavenet_noise_dim(const wavenet_config *config);

WAVENET_API wavenet_status wavenet_network_create(const wavenet_config *config,
                                                  const wavenet_weights *weights,
                                                  wavenet_network **network);
/* Accepts NULL. The streams of the network must be freed before. */
WAVENET_API void wavenet_network_free(wavenet_network *network);

/* The number of streams that the network's layout computes together: 1 for WAVENET_SINGLE. */
WAVENET_API int wavenet_network_lanes(const wavenet_network *network);

/* `n_streams` streams before their first sample.
 *
 * n_threads     1 to 64; other numbers are clipped
 * shared        0: each thread generates its own streams; 1: all threads share the channels of
 *               every stream
 * gate_bias     [n_streams][layers][gates]: bias of the gates and contribution of the speaker
 * first_sample  the sample that precedes the first one: 0, or the class of silence for MULAW
 */
WAVENET_API wavenet_status wavenet_streams_create(const wavenet_network *network, int n_streams,
                                                  int n_threads, int shared,
                                                  const float *gate_bias, float first_sample,
                                                  wavenet_streams **streams);
/* Make a stream of a running batch a new one, which is before its first sample: its samples are those
 * of a stream that starts together with all others. Its condition and noise start with the next
 * call, where row r of the new stream is row r + next_sample / upsample_scale of the batch.
 *
 * index      of the stream
 * gate_bias  [layers][gates]
 *
 * Possible where the number of samples so far is a multiple of upsample_scale · upsample_taps, and
 * not with winograd: the rounding of a sample depends on its position in these periods. */
WAVENET_API wavenet_status wavenet_streams_restart(wavenet_streams *streams, int index,
                                                   const float *gate_bias);
/* Accepts NULL. */
WAVENET_API void wavenet_streams_free(wavenet_streams *streams);

/* The condition rows that the next n_samples samples need: returns their number, and stores the
 * index of the first one, counted from the start of the stream. */
WAVENET_API int64_t wavenet_condition_rows(const wavenet_streams *streams, int64_t n_samples,
                                           int64_t *first_row);

/* Generate the next n_samples samples of every stream.
 *
 * condition   [n_streams][n_rows][mels], inputs of the last upsampling layer; n_rows as
 *             wavenet_condition_rows returns it
 * noise       [n_streams][n_samples][noise_dim]:
 *             LOGISTICS  uniform in (0, 1) to choose the component, and a logistic variate
 *             GAUSSIAN   a normal variate
 *             MULAW      uniform in (0, 1) to choose the class
 * samples     [n_streams][n_samples], output: in [-1, 1], or classes 0 to 255 for MULAW;
 *             NaN if the network computes NaN
 * parameters  [n_streams][n_samples][n_parameters], output of the network, or NULL
 */
WAVENET_API wavenet_status wavenet_generate(wavenet_streams *streams, int64_t n_samples,
                                            const float *condition, int64_t n_rows,
                                            const float *noise, float *samples, float *parameters);

/* Teacher forcing: compute the parameters of the distributions of given samples, which have the
 * form of the output of wavenet_generate. */
WAVENET_API wavenet_status wavenet_score(wavenet_streams *streams, int64_t n_samples,
                                         const float *condition, int64_t n_rows,
                                         const float *samples, float *parameters);

/* For tests: z = tanh(filters) · sigmoid(gates) as the kernels compute it. The instruction set must
 * be supported, and count a multiple of 16. */
WAVENET_API void wavenet_gated_activation(int instruction_set, const float *filters,
                                          const float *gates, float *z, int count);

#ifdef __cplusplus
}
#endif

#endif
