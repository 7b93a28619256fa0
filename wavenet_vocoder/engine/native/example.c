/* Generate a WAV file from a mel spectrogram with the engine:
 *
 *     example network.bin utterance.bin out.wav
 *
 * `python -m tools.engine_dump` writes both input files. Numbers are little-endian; arrays are
 * contiguous float32 unless a type is given.
 *
 * network.bin:    "WNET"
 *                 the fields of wavenet_config before `dilations`, 4 bytes each
 *                 int32 dilations[layers]
 *                 the arrays of wavenet_weights in their order, with the shapes of the header
 * utterance.bin:  "WUTT"
 *                 uint32 sample_rate, uint32 n_samples, uint32 n_rows
 *                 float32 first_sample, as wavenet_streams_create expects it
 *                 float64 preemphasis, which the network learnt and which is undone here
 *                 gate_bias[layers][gates], the bias and the speaker's contribution
 *                 condition[n_rows][mels], the mel, upsampled by all layers but the last
 *                 noise[n_samples][noise_dim]
 * out.wav:        mono, 32-bit float
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wavenet_engine.h"

static void fail(const char *subject, const char *reason)
{
    fprintf(stderr, "error: %s: %s\n", subject, reason);
    exit(2);
}

static void check(wavenet_status status)
{
    if (status != WAVENET_OK)
        fail("engine", wavenet_status_message(status));
}

static void read_bytes(FILE *file, void *data, size_t bytes)
{
    if (bytes && fread(data, bytes, 1, file) != 1)
        fail("input", "the file is too short");
}

/* An array of 4-byte numbers. */
static void *read_array(FILE *file, size_t count)
{
    void *data = malloc(4 * count + 1);
    if (!data)
        fail("input", "out of memory");
    read_bytes(file, data, 4 * count);
    return data;
}

static FILE *open_input(const char *path, const char *magic)
{
    char found[4];
    FILE *file = fopen(path, "rb");
    if (!file)
        fail(path, "cannot be read");
    read_bytes(file, found, sizeof found);
    if (memcmp(found, magic, sizeof found))
        fail(path, "is not a file of this format");
    return file;
}

static wavenet_network *read_network(const char *path, wavenet_config *config)
{
    FILE *file = open_input(path, "WNET");
    read_bytes(file, config, offsetof(wavenet_config, dilations));
    if (config->version != WAVENET_VERSION)
        fail(path, wavenet_status_message(WAVENET_ERROR_VERSION));
    const size_t layers = config->layers, residual = config->residual_channels;
    const size_t dilation = config->dilation_channels, skip = config->skip_channels;
    const size_t gates = 2 * dilation, n_parameters = wavenet_n_parameters(config);
    const size_t classes = config->output_distribution == WAVENET_MULAW ? WAVENET_MULAW_CLASSES : 1;
    const size_t taps = config->winograd ? 4 : config->kernel_size;
    config->dilations = read_array(file, layers);
    /* initialisers of a struct may be evaluated in any order, so these are assignments */
    wavenet_weights w;
    w.input_kernel = read_array(file, classes * residual);
    w.input_bias = read_array(file, residual);
    w.dilated_kernel = read_array(file, layers * taps * residual * gates);
    w.condition_kernel = read_array(file, layers * config->mels * gates);
    w.residual_kernel = read_array(file, (layers - 1) * dilation * residual);
    w.residual_bias = read_array(file, (layers - 1) * residual);
    w.skip_kernel = read_array(file, layers * dilation * skip);
    w.skip_bias = read_array(file, skip);
    w.post_kernel = read_array(file, skip * skip);
    w.post_bias = read_array(file, skip);
    w.output_kernel = read_array(file, skip * n_parameters);
    w.output_bias = read_array(file, n_parameters);
    w.upsample_coefficients = read_array(file, (size_t)config->upsample_scale
                                         * config->upsample_taps * WAVENET_FREQ_KERNEL_SIZE);
    w.input_bounds = read_array(file, layers);
    fclose(file);
    wavenet_network *network;
    check(wavenet_network_create(config, &w, &network));
    return network;         /* the arrays have been copied; the system frees them at the exit */
}

static float decode_mulaw(float class)
{
    const double compressed = class * (2.0 / (WAVENET_MULAW_CLASSES - 1)) - 1;
    const double value = expm1(fabs(compressed) * log(WAVENET_MULAW_CLASSES))
                         / (WAVENET_MULAW_CLASSES - 1);
    return (float)(compressed < 0 ? -value : value);
}

/* WAVE format 3, IEEE float. */
static void write_wav(const char *path, const float *samples, uint32_t n_samples, uint32_t rate)
{
    const uint32_t bytes = 4 * n_samples;
    const struct {
        char riff[4];
        uint32_t riff_size;
        char wave_fmt[8];
        uint32_t format_size;
        uint16_t format, channels;
        uint32_t rate, byte_rate;
        uint16_t frame_bytes, bits;
        char data[4];
        uint32_t bytes;
    } header = {"RIFF", 36 + bytes, "WAVEfmt ", 16, 3, 1, rate, 4 * rate, 4, 32, "data", bytes};
    FILE *file = fopen(path, "wb");
    if (!file)
        fail(path, "cannot be written");
    fwrite(&header, sizeof header, 1, file);
    fwrite(samples, 4, n_samples, file);
    if (ferror(file) | fclose(file))
        fail(path, "cannot be written");
}

int main(int argc, char **argv)
{
    if (argc != 4)
        fail("usage", "example network.bin utterance.bin out.wav");
    wavenet_config config;
    wavenet_network *network = read_network(argv[1], &config);

    FILE *file = open_input(argv[2], "WUTT");
    struct {
        uint32_t sample_rate, n_samples, n_rows;
        float first_sample;
        double preemphasis;
    } header;
    read_bytes(file, &header, sizeof header);
    const float *gate_bias = read_array(file, (size_t)config.layers * 2 * config.dilation_channels);
    const float *condition = read_array(file, (size_t)header.n_rows * config.mels);
    const float *noise = read_array(file, (size_t)header.n_samples * wavenet_noise_dim(&config));
    fclose(file);
    float *samples = calloc(header.n_samples, sizeof *samples);
    if (!samples)
        fail("samples", "out of memory");

    wavenet_streams *streams;
    int64_t first_row;
    check(wavenet_streams_create(network, 1, 1, 0, gate_bias, header.first_sample, &streams));
    const int64_t needed = wavenet_condition_rows(streams, header.n_samples, &first_row);
    if (first_row + needed > header.n_rows)
        fail(argv[2], "has too few condition rows");
    check(wavenet_generate(streams, header.n_samples, condition + first_row * config.mels, needed,
                           noise, samples, NULL));
    wavenet_streams_free(streams);
    wavenet_network_free(network);

    double y = 0;
    for (uint32_t i = 0; i < header.n_samples; i++) {
        y = (config.output_distribution == WAVENET_MULAW ? decode_mulaw(samples[i]) : samples[i])
            + header.preemphasis * y;
        samples[i] = (float)y;
    }
    write_wav(argv[3], samples, header.n_samples, header.sample_rate);
    return 0;
}
