"""The sequence of an MRI, as scanners of several makers name it."""

import pytest
from pydicom import Dataset

from mmdesk.media.dicom import tags_of
from mmdesk.media.sequence import weighting_of

NAMED = {
    "T1": ["T1", "t1_se_tra", "AX T1 POST", "SAG_T1W_FFE", "t1_mprage_sag_p2_iso", "MP RAGE", "3D BRAVO +C",
           "Ax T1 FLAIR", "T1+C", "SPGR", "T1WI", "t1fs", "T1FLAIR"],
    "T2": ["T2", "t2_tse_tra", "AX T2 FSE", "T2W_TSE", "sag t2 fs", "T2WI", "SAG T2 T10-T12"],
    "FLAIR": ["FLAIR", "t2_flair_tra", "AX T2 FLAIR", "t2_tirm_tra_dark-fluid", "FLUID_ATTENUATED",
              "T2FLAIR", "3DFLAIR"],
    "diffusion": ["DWI", "ep2d_diff_3scan_trace", "ep_b1000", "ADC", "dti_30dir", "DIFFUSION"],
    "susceptibility": ["SWI", "t2_swi_tra", "AX T2* GRE", "T2_STAR", "T2STAR"],
    "proton density": ["PD", "pd_tse_sag", "PROTON_DENSITY"],
    "angiography": ["TOF", "tof_fl3d_tra", "MRA head", "TIME_OF_FLIGHT"],
    "perfusion": ["ep2d_PERFUSION", "PWI", "ASL 3D"],
    "": ["", "localizer", "scout", "UPDATE", "PDF", "ASLEEP", "T10", "AT1"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for kind, names in NAMED.items() for name in names])
def test_descriptions(name: str, kind: str) -> None:
    header = Dataset()
    header.SeriesDescription = name
    assert weighting_of(header) == kind


def test_what_is_said_most_plainly_counts_first() -> None:
    header = Dataset()
    header.SeriesDescription, header.ProtocolName = "head routine", "t2_tse"
    assert weighting_of(header) == "T2"
    header.AcquisitionContrast = "PROTON_DENSITY"
    assert weighting_of(header) == "proton density"


@pytest.mark.parametrize(("echo", "kind"), [(59.9, ""), (60, "T2"), (100.0, "T2"), (None, ""), ([90, 9], "")])
def test_a_long_echo_is_t2_where_nothing_is_said(echo: object, kind: str) -> None:
    header = Dataset()
    header.EchoTime = echo
    assert weighting_of(header) == kind
    header.SequenceName = "*fl3d_t1"
    assert weighting_of(header) == "T1"


def test_only_an_mri_has_a_weighting() -> None:
    header = Dataset()
    header.Modality, header.SeriesDescription, header.PatientName = "MR", "AX T2", "Doe^Jane"
    assert tags_of(header) == {"Modality": "MR", "Weighting": "T2"}
    header.Modality = "CT"
    assert tags_of(header) == {"Modality": "CT"}
