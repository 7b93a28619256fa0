"""One step of the network: the same weights as network.py, arranged for a single sample.

The two must agree: the test feeds both the same samples.
"""
from nn.compat import tf
from wavenet_vocoder import distributions, wavenet


def one_step(channels, hp):
    """The weights of wavenet.wavenet, and a function that makes one step with them.

    step(sample [batch], past [layers, kernel - 1, batch, residual], h [batch, channels]) →
    parameters [batch, size], the layers' inputs [layers, batch, residual].
    """
    layers, residual, gates = hp.wavenet_layers, hp.wavenet_residual_channels, 2 * hp.wavenet_dilation_channels
    if hp.wavenet_output_distribution == "mulaw":
        table = tf.get_variable("input/table", [distributions.MULAW_CLASSES, residual])
    else:
        first = _kernel_and_bias("input", 1, residual)
    older, newest, biases, conditions, residuals, skips = [], [], [], [], [], []
    for i in range(layers):
        with tf.variable_scope("layer_%02d" % i):
            kernel, bias = _kernel_and_bias("dilated", hp.wavenet_kernel_size * residual, gates)
            older.append(kernel[:-residual])
            newest.append(kernel[-residual:])
            biases.append(bias)
            conditions.append(tf.get_variable("condition/kernel", [channels, gates]))
            skips.append(_kernel_and_bias("skip", hp.wavenet_dilation_channels, hp.wavenet_skip_channels))
            if i + 1 < layers:
                residuals.append(_kernel_and_bias("residual", hp.wavenet_dilation_channels, residual))
    older = tf.stack(older)                                 # [layers, older·residual, 2·gate]
    conditions, biases = tf.concat(conditions, 1), tf.concat(biases, 0)
    # the sum of the skip connections is one product with all layers' outputs side by side
    skip = tf.concat([k for k, _ in skips], 0), tf.add_n([b for _, b in skips])
    post = _kernel_and_bias("post", hp.wavenet_skip_channels, hp.wavenet_skip_channels)
    last = _kernel_and_bias("parameters", hp.wavenet_skip_channels, distributions.output_distribution(hp).n_parameters)

    def step(sample, past, h):
        past = tf.reshape(tf.transpose(past, [0, 2, 1, 3]),
                          [layers, -1, (hp.wavenet_kernel_size - 1) * residual])
        from_past = tf.unstack(tf.matmul(past, older))              # layers × [batch, 2·gate]
        from_condition = tf.split(_dense(h, (conditions, biases)), layers, axis=1)
        if hp.wavenet_output_distribution == "mulaw":
            x = tf.gather(table, distributions.mulaw_encode(sample))
        else:
            x = _dense(wavenet.INPUT_SCALE * tf.expand_dims(sample, 1), first)    # [batch, residual]
        inputs, gated = [], []
        for i in range(layers):
            inputs.append(x)
            gated.append(wavenet.gated_activation(tf.add_n([tf.matmul(x, newest[i]), from_past[i],
                                                from_condition[i]])))
            if i + 1 < layers:
                x += _dense(gated[i], residuals[i])
        y = tf.nn.relu(_dense(tf.concat(gated, 1), skip))
        y = tf.nn.relu(_dense(y, post))
        return _dense(y, last), tf.stack(inputs)

    return step


def _kernel_and_bias(scope, rows, columns):
    """The variables of layers.dense."""
    return (tf.get_variable(scope + "/kernel", [rows, columns]),
            tf.get_variable(scope + "/bias", [columns], initializer=tf.zeros_initializer()))


def _dense(x, kernel_and_bias):
    return tf.nn.bias_add(tf.matmul(x, kernel_and_bias[0]), kernel_and_bias[1])
