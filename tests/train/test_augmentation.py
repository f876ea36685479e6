"""Augmentation changes what it may change and nothing else."""

import pytest
import torch

from bandmap.train.augmentation import Augmentation, Augmenter
from bandmap.vocabulary.montages import BIPOLAR18, mirrored

SHAPE = (6, len(BIPOLAR18), 40, 16)
ANSWERS = torch.ones(6, 1, dtype=torch.int64)


def augmenter(**amounts):
    mean = torch.zeros(len(BIPOLAR18), 40, 1)
    return Augmenter(Augmentation.of(amounts), BIPOLAR18, mean, seed=1)


def windows():
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(2))


def test_mirroring_twice_gives_the_montage_itself():
    order = mirrored(BIPOLAR18)
    assert [order[index] for index in order] == list(range(len(BIPOLAR18)))
    assert BIPOLAR18[order[BIPOLAR18.index("Fp1-F3")]] == "Fp2-F4"
    assert order[BIPOLAR18.index("Fz-Cz")] == BIPOLAR18.index("Fz-Cz")


def test_no_augmentation_leaves_windows_as_they_are():
    assert torch.equal(augmenter()(windows(), ANSWERS)[0], windows())


def test_mirroring_exchanges_left_and_right_and_nothing_else():
    changed = augmenter(mirror=1.0)(windows(), ANSWERS)[0]
    assert torch.equal(changed[:, BIPOLAR18.index("T3-T5")], windows()[:, BIPOLAR18.index("T4-T6")])
    assert torch.equal(changed[:, BIPOLAR18.index("Cz-Pz")], windows()[:, BIPOLAR18.index("Cz-Pz")])


def test_a_shift_moves_a_peak_by_at_most_the_rows_allowed():
    peak = torch.zeros(SHAPE)
    peak[:, :, 20] = 1.0
    rows = augmenter(frequency_shift_rows=3)(peak, ANSWERS)[0][:, 0, :, 0].argmax(dim=1)
    assert set(rows.tolist()) <= {17, 18, 19, 20, 21, 22, 23}
    assert len(set(rows.tolist())) > 1


def test_masked_rows_have_the_mean_and_at_most_the_allowed_number():
    changed = augmenter(masked_rows=5)(windows() + 9.0, ANSWERS)[0]
    hidden = (changed == 0).all(dim=3).all(dim=1)
    assert hidden.any()
    assert hidden.sum(dim=1).max() <= 5


def test_gain_shifts_log_power_by_the_same_amount_at_all_times():
    difference = augmenter(gain_decades=0.2)(windows(), ANSWERS)[0] - windows()
    assert torch.allclose(difference, difference[..., :1].expand(SHAPE), atol=1e-5)
    assert difference.std() > 0.1


def test_raw_signal_is_scaled_and_mirrored_but_not_masked():
    raw = torch.randn(4, len(BIPOLAR18), 256)
    changed = Augmenter(Augmentation(gain_decades=0.2, masked_rows=8), BIPOLAR18, torch.zeros(18, 1), seed=1)(
        raw, ANSWERS
    )[0]
    ratio = changed / raw
    assert torch.allclose(ratio, ratio[..., :1].expand(raw.shape), rtol=1e-3)


def test_the_same_seed_changes_windows_equally():
    first, second = (augmenter(mirror=0.5, gain_decades=0.1, masked_rows=4)(windows(), ANSWERS)[0] for _ in range(2))
    assert torch.equal(first, second)


def test_a_misspelt_amount_gets_a_hint():
    with pytest.raises(ValueError, match="Did you mean 'mirror'"):
        Augmentation.of({"miror": 0.5})


def test_mixed_windows_are_a_share_of_each_and_the_rest_of_its_partner():
    mixed, partners, share = augmenter(mixup_alpha=1.0).mixed(windows())
    assert 0 < share < 1
    assert sorted(partners.tolist()) == list(range(len(mixed)))
    torch.testing.assert_close(mixed, share * windows() + (1 - share) * windows()[partners])


def test_without_an_alpha_nothing_is_mixed():
    mixed, partners, share = augmenter().mixed(windows())
    assert torch.equal(mixed, windows())
    assert (partners, share) == (None, 1.0)


def test_the_share_is_of_a_beta_distribution_with_alpha_twice():
    mixing = augmenter(mixup_alpha=0.2)
    shares = torch.tensor([mixing.mixed(windows()[:2])[2] for _ in range(400)])
    assert 0.4 < shares.mean() < 0.6
    assert shares.var().item() == pytest.approx(1 / (4 * (2 * 0.2 + 1)), rel=0.15)


def test_augmentation_continues_from_its_saved_state():
    going = augmenter(mirror=0.5, gain_decades=0.1, mixup_alpha=1.0)
    going.mixed(going(windows(), ANSWERS)[0])
    state = going.state()
    expected = going.mixed(going(windows(), ANSWERS)[0])
    other = augmenter(mirror=0.5, gain_decades=0.1, mixup_alpha=1.0)
    other.restore(state)
    found = other.mixed(other(windows(), ANSWERS)[0])
    assert torch.equal(found[0], expected[0])
    assert found[2] == expected[2]


def test_a_negative_alpha_is_refused():
    with pytest.raises(ValueError, match="at least 0"):
        Augmentation(mixup_alpha=-1.0)


def signals():
    return torch.randn((6, len(BIPOLAR18), 128), generator=torch.Generator().manual_seed(3))


def test_shuffled_channels_are_the_same_channels_in_another_order():
    mean = torch.zeros(len(BIPOLAR18), 1)
    changed = Augmenter(Augmentation(channel_shuffle=1.0), BIPOLAR18, mean, seed=1)(signals(), ANSWERS)[0]
    assert not torch.equal(changed, signals())
    torch.testing.assert_close(changed.sort(dim=1).values, signals().sort(dim=1).values)
    assert not torch.equal(changed[0, :, 0].argsort(), changed[1, :, 0].argsort())


def test_stretched_time_changes_the_frequency_of_a_sine_by_no_more_than_allowed():
    times = torch.arange(1024) / 128
    sine = torch.sin(2 * torch.pi * 10 * times).expand(64, len(BIPOLAR18), -1)
    mean = torch.zeros(len(BIPOLAR18), 1)
    changed = Augmenter(Augmentation(time_stretch=0.2), BIPOLAR18, mean, seed=1)(
        sine, torch.ones(64, 1, dtype=torch.int64)
    )[0]
    peaks = torch.fft.rfft(changed[:, 0] * torch.hann_window(1024)).abs().argmax(dim=1) / 8
    assert 10 * 0.8 - 0.2 <= peaks.min() < 9
    assert 11 < peaks.max() <= 10 * 1.23 + 0.2


def test_answers_are_reversed_with_the_time_of_their_window():
    answers = torch.arange(4).expand(6, -1)
    changed, moved = augmenter(time_flip=0.5)(windows(), answers)
    turned = (changed != windows()).flatten(1).any(1)
    assert turned.any()
    assert not turned.all()
    assert torch.equal(moved, torch.where(turned[:, None], answers.flip(1), answers))


def test_answers_are_stretched_with_the_time_of_their_window():
    answers = (torch.arange(100) // 10 % 2).expand(64, -1).contiguous()
    marked = answers.repeat_interleave(8, dim=1)[:, None].expand(-1, len(BIPOLAR18), -1).float()
    mean = torch.zeros(len(BIPOLAR18), 1)
    changed, moved = Augmenter(Augmentation(time_stretch=0.2), BIPOLAR18, mean, seed=1)(marked, answers)
    seen = changed[:, 0].reshape(64, 100, 8).mean(2)
    clear = (seen < 0.01) | (seen > 0.99)
    assert clear.float().mean() > 0.7
    assert torch.equal(moved[clear], seen[clear].round().long())
    assert not torch.equal(moved, answers)
