"""CDSi."""

from sesshu.schedule.cdsi.assessing import assess
from sesshu.schedule.cdsi.model import Assessment, DoseAdministered, Observation, Patient
__all__=["Assessment","DoseAdministered","Observation","Patient","assess"]
