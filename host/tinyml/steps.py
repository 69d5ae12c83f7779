# SPDX-License-Identifier: MIT
"""The steps of a schedule: what a kernel is given, and the conditions that keep it inside its
buffers. Each begins with the same fields. format.py has all other records."""
from tinyml.records import Field, Step, data, reserved, ring

COMMON = (
    Field("code", "u8", "which step"), Field("words", "u8", "its length / 4"),
    Field("block", "u16", "pixels per firing"),
    ring("output", "written"), ring("input", "read"), ring("input2", "read too"),
    Field("stage", "u16", "steps of the stage that begins here; 0: the stage goes on"),
    Field("k_h", "u16", "window on the inputs: rows"), Field("k_w", "u16", "columns"),
    Field("pad_top", "i16", "rows of it above the input, for output row 0"),
    Field("pad_left", "i16", "columns"),
    Field("stride_h", "u8", "its way from one output row to the next"),
    Field("stride_w", "u8", "from one output pixel to the next"),
    Field("rows", "u8", "output rows per firing"),
    Field("inputs", "u8", "how many rings it reads: 0, 1 or 2"),
    Field("back", "u8", "steps back to the one of its stage that writes `input`; 0: `input` is whole"),
    Field("back2", "u8", "the same for `input2`"),
    Field("reach", "u8", "steps on to the last of its stage that reads `output`; 0: `output` is whole"),
    Field("clamps", "u8", "1: bytes of a convolution are limited to act_min ... act_max afterwards"),
)


def step(code, name, doc, *fields, inputs=1, rows="rows == 1", needs=(), core=True,
         changes=False):
    """A step: the common first fields, then its own. `core`: convolutional nets need it."""
    return Step(name, doc, COMMON + fields, code, (f"inputs == {inputs}", rows, *needs), core,
                changes)


_OUTPUT_ZP = Field("output_zp", "i8", "added after requantising")
_CLAMP = (Field("act_min", "i8", "lowest output"), Field("act_max", "i8", "highest output"))
_HALVES_UP = Field("halves_up", "u8", "1: halves are rounded up, of what was uint8; 0: away from 0")

_QUICK = Field("quick", "u8", "what may be left out of requantising (docs/KERNELS.md): 0, 1 or 2")


def _channel_quant(channels, factors=None, biases=()):
    """What turns a sum into an output, one of each per channel."""
    factors = factors or channels
    return (data("bias", "i32", *(biases or (channels,)),
                 doc="bias - input_zp * sum(weights), per channel"),
            data("mult", "u32", factors, doc="requantise: multiplier x 2^32"),
            data("shift", "i8", factors, doc="requantise: exponent", limits=(-31, 30)))


def _biases(channels):
    """Of sums that share one multiplier."""
    return data("biases", "i32", channels, doc="bias - input_zp * sum(weights)")


def _pairs(channels, factors=None, biases=()):
    """Weights of a convolution: pairs of output channels, two inputs of each in a word."""
    return (data("weights", "u32", "pairs(depth)", f"pairs({channels})",
                 doc="pairs of output channels (docs/KERNELS.md)"),
            *_channel_quant(f"2 * pairs({channels})", factors, biases))


def _quads(channels, k_h):
    """Weights of a depthwise convolution: groups of four channels, one of each in a word."""
    return (data("weights", "u32", f"quads({channels})", k_h, "k_w",
                 doc="groups of four channels (docs/KERNELS.md)"),
            *_channel_quant(f"4 * quads({channels})"))


_SAME_SIZE = ("input.height == output.height", "input.width == output.width")
_SAME_CHANNELS = ("input.channels == output.channels",)
_WINDOW_MEETS_INPUT = (     # every window holds at least one pixel: nobody divides by zero
    "pad_top < k_h", "pad_left < k_w",
    "(output.height - 1) * stride_h < input.height + pad_top",
    "(output.width - 1) * stride_w < input.width + pad_left",
)
_POINT = ("k_h == 1", "k_w == 1", "pad_top == 0", "pad_left == 0", "stride_h == 1", "stride_w == 1")
_WHOLE_INPUT = ("whole(input)",)
_PLAIN = ("inputs == 1", "rows == 1")
_FACTOR = ("-31 <= shift", "shift <= 30")
_DEPTH = Field("depth", "u32", "weights of an output channel: products, and zeros up to a multiple of 4")
_SUMS = (                       # one pixel of sums, inside the input, per output pixel
    "sums(input)", "product(output.channels, 4) == input.channels", "pad_top <= 0",
    "pad_left <= 0", "k_h == 1", "k_w == 1",
    "(output.height - 1) * stride_h - pad_top < input.height",
    "(output.width - 1) * stride_w - pad_left < input.width")

# Conditions that steps share: C has them once.
GROUPS = (_PLAIN, _POINT, _SAME_SIZE + _SAME_CHANNELS, _SAME_SIZE, _WINDOW_MEETS_INPUT, _SUMS)

STEPS = (
    step(1, "conv2d",
         "output = requant(bias + sum(input * weights)); padding is the input zero point",
         Field("input_zp", "i8", "what padding holds"), _OUTPUT_ZP, *_CLAMP, _QUICK,
         Field("skips", "u8", "1: behind `bias` are sum(weights) of the channels, int16, for kernels "
               "that leave out inputs of -128"),
         Field("factor_pairs", "u16", "pairs of multipliers and shifts: one for each pair of "
               "channels, or one for all"),
         _DEPTH, *_pairs("output.channels", "2 * factor_pairs",
                         ("pairs(output.channels)", "(2 + skips)")),
         needs=("product(factor_pairs - 1, factor_pairs - pairs(output.channels)) == 0",
                "product(quads(product(product(k_h, k_w), input.channels)), 4) == depth")),
    step(2, "depthwise_conv2d", "the same with one filter per output channel; "
         "output channel c * multiplier + j reads input channel c",
         Field("input_zp", "i8", "what padding holds"), _OUTPUT_ZP, *_CLAMP,
         Field("multiplier", "u16", "output channels per input channel"), _QUICK, reserved(0, "u8"),
         *_quads("output.channels", "k_h"),
         needs=("output.channels == product(input.channels, multiplier)",)),
    step(3, "average_pool", "output = rounded mean over the window's pixels inside the input",
         *_CLAMP, _HALVES_UP, reserved(0, "u8"),
         needs=_SAME_CHANNELS + _WINDOW_MEETS_INPUT + ("product(k_h, k_w) <= 65536",)),
    step(4, "max_pool", "output = maximum over the window", *_CLAMP, reserved(0),
         needs=_SAME_CHANNELS + _WINDOW_MEETS_INPUT),
    step(5, "mean", "output = requant(sum + bias), of one pixel of sums; 1 / count is in the "
         "multiplier",
         Field("bias", "i32", "-input_zp * count"),
         Field("mult", "u32", "requantise: multiplier x 2^32"),
         Field("shift", "i8", "requantise: exponent, -31..30"), _OUTPUT_ZP, reserved(0),
         needs=_SUMS + ("-31 <= shift", "shift <= 30")),
    step(6, "add", "output = requant(requant(input - zp << 20) + requant(input2 - zp2 << 20))",
         Field("input_zp", "i8", ""), Field("input2_zp", "i8", ""),
         Field("input_shift", "i8", ""), Field("input2_shift", "i8", ""),
         Field("input_mult", "u32", ""), Field("input2_mult", "u32", ""), Field("mult", "u32", ""),
         Field("shift", "i8", ""), _OUTPUT_ZP, *_CLAMP,
         inputs=2, needs=_POINT + _SAME_SIZE + _SAME_CHANNELS + (
             "input2.height == output.height", "input2.width == output.width",
             "input2.channels == output.channels",
             "-31 <= input_shift", "input_shift <= 0", "-31 <= input2_shift", "input2_shift <= 0",
             "-31 <= shift", "shift <= 30")),
    step(7, "pad", "output = input, moved and with its stride, `value` where there is none",
         Field("pad_front", "i16", "channels before the input's; below 0: of the input left out"),
         Field("value", "i8", ""), reserved(0, "u8"), needs=("k_h == 1", "k_w == 1")),
    step(8, "softmax", "output = exp(input - max) / sum over the channels of a pixel, x 256 - 128",
         data("table", "i32", "256", doc="exp of 0, -1, ... -255, Q0.31"),
         needs=_POINT + _SAME_SIZE + _SAME_CHANNELS),
    step(9, "lookup", "output = table[input]: any function of one int8",
         data("table", "i8", "256", doc="for inputs -128 ... 127"),
         needs=_POINT + _SAME_SIZE + _SAME_CHANNELS),
    step(10, "transpose", "output[y, x, c] = input, with its axes in another order",
         Field("axis_y", "u8", "input axis that y runs along"),
         Field("axis_x", "u8", ""), Field("axis_c", "u8", ""), reserved(0, "u8"),
         needs=_WHOLE_INPUT + (
             "axis_y < 3", "axis_x < 3", "axis_c < 3", "axis_y + axis_x + axis_c == 3",
             "axis_y * axis_x * axis_c == 0",
             "dim(input, axis_y) == output.height", "dim(input, axis_x) == output.width",
             "dim(input, axis_c) == output.channels"), core=False),
    step(11, "sum", "output = the sum of this input pixel and all before it: int32, per channel",
         Field("restart", "u16", "1: every row begins at 0"), reserved(0),
         needs=_POINT + _SAME_SIZE + (
             "sums(output)", "product(input.channels, 4) == output.channels")),
    step(12, "average", "output = rounded mean, of one pixel of sums",
         Field("count", "u32", "pixels in the sum"), *_CLAMP, _HALVES_UP, reserved(0, "u8"),
         needs=_SUMS + ("count > 0", "count <= 65536")),
    step(13, "take", "output = the next pixels that the caller feeds", inputs=0),
    step(14, "conv2d_stack", "a 1x1 convolution of all rows of a window, one above the other in a "
         "pixel; rows outside the input hold `fill`",
         _OUTPUT_ZP, *_CLAMP, Field("fill", "i8", "what padding of the reader holds"),
         Field("filters", "u16", "output channels of one row"), _QUICK, reserved(0, "u8"), _DEPTH,
         *_pairs("filters"), needs=(
             "product(quads(input.channels), 4) == depth", "k_w == 1", "pad_left == 0", "stride_w == 1",
             "input.width == output.width",
                "output.channels == product(k_h, filters)"), core=False),
    step(15, "depthwise_conv2d_stack", "depthwise convolution of stacked rows to stacked rows",
         Field("input_zp", "i8", "what padding holds"), _OUTPUT_ZP, *_CLAMP,
         Field("filters", "u16", "channels of one row"),
         Field("taps_h", "u16", "rows of the filter"),
         Field("step_h", "u16", "its way from one stacked output row to the next"),
         Field("high", "u16", "stacked output rows"), _QUICK, reserved(0, "u8"), reserved(1),
         *_quads("filters", "taps_h"),
         needs=("k_h == 1", "pad_top == 0", "stride_h == 1", "high > 0", "taps_h > 0",
                "input.height == output.height",
                "output.channels == product(high, filters)",
                "product(product(high - 1, step_h) + taps_h, filters) <= input.channels"), core=False),
    step(16, "conv2d_unstack", "a 1x1 convolution of stacked rows, to `rows` rows",
         _OUTPUT_ZP, *_CLAMP, _QUICK,
         Field("filter_channels", "u16", "input channels of one row"), reserved(0), _DEPTH,
         *_pairs("output.channels"),
         rows="rows > 0", needs=_POINT + ("product(quads(filter_channels), 4) == depth",
             "input.channels == product(rows, filter_channels)", "input.width == output.width",
             "product(input.height, rows) - output.height < rows",
             "output.height <= product(input.height, rows)"), core=False),
    step(17, "concatenation", "output = input, and behind it input2: along rows, columns or channels",
         Field("rows_before", "u16", "of the output that hold the input; 65535: all"),
         Field("columns_before", "u16", "the same for columns"), inputs=2, needs=_POINT + (
             "input.channels <= output.channels",), core=False),
    step(18, "append", "output = itself, moved forward by the bytes of the input, and behind them "
         "those", needs=_POINT + _WHOLE_INPUT + (
             "whole(output)", "product(product(input.height, input.width), input.channels) <= "
             "product(product(output.height, output.width), output.channels)"), core=False),
    step(19, "resize", "output = four neighbours of the input, each by its nearness; one where "
         "that is a whole pixel",
         data("row_places", "u32", "output.height", doc="rows of the input x 1024"),
         data("column_places", "u32", "output.width", doc="columns x 1024"),
         needs=_POINT + _SAME_CHANNELS, core=False),
    step(20, "space_to_depth", "output = the pixels of a window of the input, one behind the other",
         needs=("pad_top == 0", "pad_left == 0",
                "output.channels == product(product(k_h, k_w), input.channels)"), core=False),
    step(21, "depth_to_space", "output = a part of an input pixel, which becomes several",
         Field("high", "u16", "rows of them"), Field("wide", "u16", "columns"), needs=_POINT + (
             "high > 0", "wide > 0",
             "input.channels == product(product(high, wide), output.channels)"),
         core=False),
    step(22, "svdf_feature", "output = itself, each pixel of int16 moved forward by one, and behind "
         "it requant(bias + sum(input * weights))",
         Field("act_min", "i16", "lowest output"), Field("act_max", "i16", "highest output"),
         Field("mult", "u32", "requantise: multiplier x 2^32"),
         Field("shift", "i8", "requantise: exponent, -31..30"), reserved(0, "u8"), reserved(1),
         data("weights", "i8", "input.height", "input.width", "input.channels", "output.width",
              doc="a row as long as the input for each pixel"),
         _biases("output.width"),
         needs=_POINT + _WHOLE_INPUT + _FACTOR + ("sums(output)", "output.height == 1"),
         core=False),
    step(23, "svdf_time", "output = requant(bias + sum(input * weights)), of int16 and of `rank` "
         "input pixels each", _OUTPUT_ZP, reserved(0, "u8"),
         Field("rank", "u16", "input pixels per output"),
         Field("mult", "u32", "requantise: multiplier x 2^32"),
         Field("shift", "i8", "requantise: exponent, -31..30"), reserved(1, "u8"), reserved(2),
         data("weights", "i16", "input.width", "pairs(input.channels)", doc="for each int16 of the "
              "input"), _biases("output.width"),
         needs=_POINT + _WHOLE_INPUT + _FACTOR + (
             "sums(input)", "input.height == 1", "output.height == 1", "output.channels == 1",
             "product(output.width, rank) == input.width"), core=False),
    step(24, "lstm", "output = a long short-term memory's, pixel by pixel; it changes its state, "
         "`input2`: an int16 per channel, xor 257 * output_zp, and behind them the output before",
         _OUTPUT_ZP, Field("tanh_shift", "u8", "and then shifted right by so much, rounded"),
         Field("tanh_mult", "u16", "a cell is multiplied by this before its tanh,"),
         Field("cell_min", "i16", "lowest cell"), Field("cell_max", "i16", "highest cell"),
         data("weights", "i8", "input.channels + output.channels", "output.channels", "4",
              doc="for each channel, and each gate of it (input, forget, cell, output), those of the "
              "input, and those of the output before"),
         data("bias", "i32", "output.channels", "8", doc="in the order of the rows of weights"),
         data("mult", "u32", "11", doc="of input and output for each gate; of the cell, of what is "
              "added to it, of the output"),
         data("shift", "i8", "11", doc="", limits=(-31, 30)),
         data("table", "u16", "256", doc="sigmoid of 0, 1/24, 2/24, ... Q0.16"),
         inputs=2, changes=True, needs=_POINT + _SAME_SIZE + (
             "sums(input2)", "product(output.channels, 3) <= input2.channels",
             "tanh_shift <= 24", "tanh_mult <= 49152"), core=False),
    step(25, "binary", "output = requant(function of input and input2, or of input and a constant): "
         "an axis of length 1 goes with all places of the output's",
         Field("kind", "u8", "0 sum, 1 difference, 2 squared difference, 3 product, 4 maximum, "
               "5 minimum, 6 input, or input * input2 where that is below 0"),
         Field("headroom", "u8", "bits to the left, for kinds below 3, of which input_mult and "
               "input2_mult make what is summed up"),
         Field("input_zp", "i8", ""), Field("input2_zp", "i8", ""),
         Field("input_shift", "i8", ""), Field("input2_shift", "i8", ""), *_CLAMP,
         Field("input_mult", "u32", "for kind 6: of an input that is not below 0"),
         Field("input2_mult", "u32", ""), Field("mult", "u32", ""), Field("shift", "i8", ""),
         _OUTPUT_ZP, Field("is_first", "u16", "1: the constant stands before the input"),
         Field("constant_h", "u16", "rows of the constant: 1 or the output's; 0: it is input2"),
         Field("constant_w", "u16", "pixels of its rows: 1 or the output's"),
         data("constant", "i8", "constant_h", "constant_w", "output.channels", doc="HWC"),
         inputs="inputs", needs=_POINT + tuple(
             f"product({ring}.{axis} - 1, {ring}.{axis} - output.{axis}) == 0"
             for ring in ("input", "input2") for axis in ("height", "width", "channels")) + (
             "0 < inputs", "inputs <= 2", "headroom <= 20",
             "product(product(constant_h, constant_h - 1), constant_h - output.height) == 0",
             "product(constant_w - 1, constant_w - output.width) == 0",
             "-31 <= input_shift", "input_shift <= 30", "-31 <= input2_shift",
             "input2_shift <= 30", "-31 <= shift", "shift <= 30"), core=False),
    step(26, "depthwise_wide", "a depthwise convolution whose weights are int16: those of models of "
         "uint8 have up to nine bits",
         Field("input_zp", "i8", "what padding holds"), _OUTPUT_ZP, *_CLAMP,
         Field("multiplier", "u16", "output channels per input channel"), reserved(0),
         data("weights", "i16", "output.channels", "k_h", "k_w", doc="OHW"),
         *_channel_quant("output.channels"),
         needs=("output.channels == product(input.channels, multiplier)",), core=False),
    step(27, "page", "output = data from `start` on, which steps up to the next page read theirs "
         "from",
         data("start", "u32", "output.height", "output.width", doc="of its bytes in all data"),
         Field("stays", "u8", "1: nothing else is written there, so it need not be read again"),
         reserved(0, "u8"), reserved(1), inputs=0,
         needs=("output.channels == 4", "sums(output)", "whole(output)"), core=False),
)
