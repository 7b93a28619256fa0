"""The names and shapes of Tacotron 2's variables; synthesis reads them without building a graph."""
from tacotron2.outputs_per_step import max_outputs_per_step

SCOPE = "tacotron2"     # of all variables


def variable_shapes(hp, n_symbols, n_speakers):
    """{name: shape} of all variables that synthesis uses, as tacotron.tacotron2 creates them."""
    memory_channels = 2 * hp.encoder_lstm_units + (hp.speaker_embedding_dim if n_speakers else 0)
    shapes = dict(_encoder_shapes(hp, n_symbols))
    if n_speakers:
        shapes["speakers/table"] = [n_speakers, hp.speaker_embedding_dim]
    if hp.attention_type != "gmm":
        shapes["attention/memory/kernel"] = [memory_channels, hp.attention_dim]
    shapes.update({"decoder/attention/" + name: shape
                   for name, shape in _attention_shapes(hp).items()})
    shapes.update({"decoder/" + name: shape
                   for name, shape in _decoder_shapes(hp, memory_channels).items()})
    channels = [hp.n_mels] + [hp.postnet_embedding_dim] * (hp.postnet_n_convolutions - 1)
    for i, (inputs, outputs) in enumerate(zip(channels, channels[1:] + [hp.n_mels]), 1):
        shapes.update(_conv_block_shapes("postnet/conv_%d" % i, hp.postnet_kernel_size, inputs,
                                         outputs))
    return {"%s/%s" % (SCOPE, name): shape for name, shape in shapes.items()}


def _encoder_shapes(hp, n_symbols):
    shapes = {"encoder/symbols/table": [n_symbols, hp.symbols_embedding_dim]}
    channels = hp.symbols_embedding_dim
    for i in range(hp.encoder_n_convolutions):
        shapes.update(_conv_block_shapes("encoder/conv_%d" % (i + 1), hp.encoder_kernel_size,
                                         channels, hp.encoder_conv_channels))
        channels = hp.encoder_conv_channels
    for direction in ("fw", "bw"):
        shapes.update(_dense_shapes("encoder/lstm/%s/lstm" % direction,
                                    channels + hp.encoder_lstm_units, 4 * hp.encoder_lstm_units))
    return shapes


def _attention_shapes(hp):
    """{name within the attention's scope: shape}"""
    query = _dense_shapes("query", hp.decoder_rnn_dim, hp.attention_dim)
    energy = {"energy/kernel": [hp.attention_dim, 1]}
    if hp.attention_type == "location":
        return dict(query, **dict(energy, **{
            "location_filters/kernel": [hp.attention_location_kernel_size, 1,
                                        hp.attention_location_n_filters],
            "location/kernel": [hp.attention_location_n_filters, hp.attention_dim]}))
    if hp.attention_type == "bahdanau":
        return dict(query, **energy)
    if hp.attention_type == "luong":
        return {"query/kernel": query["query/kernel"], "scale": []}
    if hp.attention_type == "monotonic":
        return dict(query, **dict(energy, **{"energy/bias": [1]}))
    return dict(_dense_shapes("hidden", hp.decoder_rnn_dim, hp.attention_dim),
                **_dense_shapes("mixture", hp.attention_dim, 3 * hp.attention_num_mixtures))


def _decoder_shapes(hp, memory_channels):
    """{name within the decoder's scope: shape}, without attention"""
    units, shapes, inputs = hp.decoder_rnn_dim, {}, hp.n_mels
    for i, outputs in enumerate(hp.prenet_dims, 1):
        shapes.update(_dense_shapes("prenet/dense_%d" % i, inputs, outputs))
        inputs = outputs
    shapes.update(_dense_shapes("lstm_1", inputs + memory_channels + units, 4 * units))
    shapes.update(_dense_shapes("lstm_2", 2 * units, 4 * units))
    shapes.update(_dense_shapes("frames", units + memory_channels,
                                max_outputs_per_step(hp) * hp.n_mels))
    shapes.update(_dense_shapes("stop", units + memory_channels, 1))
    return shapes


def _dense_shapes(scope, inputs, outputs):
    return {scope + "/kernel": [inputs, outputs], scope + "/bias": [outputs]}


def _conv_block_shapes(scope, kernel_size, inputs, outputs):
    shapes = {"%s/norm/%s" % (scope, name): [outputs]
              for name in ("gamma", "beta", "moving_mean", "moving_variance")}
    shapes[scope + "/conv/kernel"] = [kernel_size, inputs, outputs]
    return shapes
