"""The forecasts' scorecard as the schema describes it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf


class RowSerializer(drf.Serializer[Any]):
    count = drf.IntegerField(help_text="scored forecasts")
    said = drf.FloatField(allow_null=True, help_text="mean forecast")
    happened = drf.FloatField(allow_null=True, help_text="frequency of a touch")
    brier = drf.FloatField(allow_null=True, help_text="mean squared error")
    reference = drf.FloatField(allow_null=True, help_text="the same of climatology")
    skill = drf.FloatField(allow_null=True, help_text="1 − brier / reference")


class ScoresSerializer(RowSerializer):
    calibration_error = drf.FloatField(allow_null=True, help_text="expected, over ten bins")
    apart = drf.IntegerField(help_text="forecasts that share no time with each other")
    gain = drf.FloatField(allow_null=True, help_text="their mean gain on climatology")
    low = drf.FloatField(allow_null=True, help_text="its lower bound, at all times together, 95 %")
    high = drf.FloatField(allow_null=True, help_text="its upper bound")


class MinutesScoresSerializer(ScoresSerializer):
    minutes = drf.IntegerField()


class SymbolScoresSerializer(MinutesScoresSerializer):
    symbol = drf.CharField()


class StepSerializer(drf.Serializer[Any]):
    said = drf.FloatField()
    happened = drf.FloatField()
    count = drf.IntegerField()


class BinSerializer(StepSerializer):
    windows = drf.IntegerField(help_text="spans of time that have a forecast: what the interval is for")
    low = drf.FloatField(help_text="95 % interval of the frequency")
    high = drf.FloatField()

    def get_fields(self) -> Any:
        return super().get_fields() | {"from": drf.FloatField(), "to": drf.FloatField()}


class ReliabilitySerializer(drf.Serializer[Any]):
    minutes = drf.IntegerField()
    curve = StepSerializer(many=True)
    bins = BinSerializer(many=True)


class _Third(drf.Serializer[Any]):
    name = drf.ChoiceField(["calm", "usual", "lively"])

    def get_fields(self) -> Any:
        # `from` is a word of Python's own.
        bounds = {name: drf.FloatField(allow_null=True, help_text="volatility by its mean") for name in ("from", "to")}
        return super().get_fields() | bounds


class _Quarter(drf.Serializer[Any]):
    def get_fields(self) -> Any:
        hours = {name: drf.IntegerField(help_text="hour of the UTC day") for name in ("from", "to")}
        return super().get_fields() | hours


class ThirdSerializer(_Third, RowSerializer):
    pass


class QuarterSerializer(_Quarter, RowSerializer):
    pass


class ConeRowLevelSerializer(drf.Serializer[Any]):
    level = drf.FloatField(help_text="what was promised")
    inside = drf.FloatField(allow_null=True, help_text="frequency of a price within the bounds, on them included")
    below = drf.FloatField(allow_null=True)
    above = drf.FloatField(allow_null=True)
    width = drf.FloatField(allow_null=True, help_text="of the bounds on average, as a share of the price")


class ConeScoresLevelSerializer(ConeRowLevelSerializer):
    inside_apart = drf.FloatField(allow_null=True, help_text="`inside` of cones that share no time with each other")
    apart_low = drf.FloatField(allow_null=True, help_text="Wilson's 95 % interval of it")
    apart_high = drf.FloatField(allow_null=True)
    low = drf.FloatField(allow_null=True, help_text="its lower bound, at all times together, 95 %")
    high = drf.FloatField(allow_null=True, help_text="its upper bound")


class ConeRowSerializer(drf.Serializer[Any]):
    count = drf.IntegerField(help_text="scored cones")
    levels = ConeRowLevelSerializer(many=True)


class ConeScoresSerializer(drf.Serializer[Any]):
    count = drf.IntegerField(help_text="scored cones")
    apart = drf.IntegerField(help_text="cones that share no time with each other")
    levels = ConeScoresLevelSerializer(many=True)


class ConeMinutesScoresSerializer(ConeScoresSerializer):
    minutes = drf.IntegerField()


class ConeSymbolScoresSerializer(ConeMinutesScoresSerializer):
    symbol = drf.CharField()


class ConeThirdSerializer(_Third, ConeRowSerializer):
    pass


class ConeQuarterSerializer(_Quarter, ConeRowSerializer):
    pass


class HolesSerializer(drf.Serializer[Any]):
    count = drf.IntegerField()
    ranges = drf.ListField(child=drf.ListField(child=drf.IntegerField()), help_text="the first five, each from and to")


class UnscoredSerializer(drf.Serializer[Any]):
    restart = drf.IntegerField()
    feed = drf.IntegerField()
    closed = drf.IntegerField()


class RecordSerializer(drf.Serializer[Any]):
    since = drf.DateTimeField(allow_null=True, help_text="when the first forecast was shown")
    head = drf.IntegerField(help_text="the newest number")
    stored = drf.IntegerField()
    holes = HolesSerializer(help_text="numbers that are not stored")
    settled_to = drf.IntegerField(help_text="up to this number nothing waits")
    waiting = drf.IntegerField()
    scored = drf.IntegerField()
    unscored = UnscoredSerializer()


class ConeScorecardSerializer(RecordSerializer):
    overall = ConeScoresSerializer()
    by_minutes = ConeMinutesScoresSerializer(many=True)
    by_symbol = ConeSymbolScoresSerializer(many=True)
    by_liveliness = ConeThirdSerializer(many=True)
    by_quarter = ConeQuarterSerializer(many=True)


class AskedSerializer(drf.Serializer[Any]):
    read_at = drf.DateTimeField(help_text="when the record was read")
    age = drf.FloatField(help_text="seconds since then")
    symbols = drf.ListField(child=drf.CharField())
    horizons = drf.ListField(child=drf.IntegerField())
    symbol = drf.CharField(allow_null=True)
    minutes = drf.IntegerField(allow_null=True)


class ScorecardSerializer(AskedSerializer, RecordSerializer):
    overall = ScoresSerializer()
    by_minutes = MinutesScoresSerializer(many=True)
    by_symbol = SymbolScoresSerializer(many=True)
    reliability = ReliabilitySerializer(many=True)
    by_liveliness = ThirdSerializer(many=True)
    by_quarter = QuarterSerializer(many=True)
    cone = ConeScorecardSerializer(help_text="the same of the cone's own record")
