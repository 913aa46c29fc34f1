"""Decoders whose weights are random."""

import torch

from mmdesk.model.decoder import Decoder, DecoderConfig


def loud(config: DecoderConfig) -> Decoder:
    """Far from the start, where all layers are nearly silent."""
    torch.manual_seed(0)
    decoder = Decoder(config).eval().requires_grad_(False)
    for parameter in decoder.parameters():
        parameter.add_(torch.randn_like(parameter) * 0.1)
    return decoder
