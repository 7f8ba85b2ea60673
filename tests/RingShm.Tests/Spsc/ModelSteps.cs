using FsCheck;
using FsCheck.Fluent;

namespace RingShm.Tests.Spsc;

public enum StepKind
{
    Write,
    WriteBatch,
    OpenClaim,
    CommitClaim,
    CommitClaimShorter,
    CommitThroughWriter,
    AbortClaim,
    Read,
    OpenLease,
    CloseLease,
    ReadBatch,
    RenewProducer,
    RenewConsumer,
}

/// <summary>One thing done to the ring. The numbers mean what the kind makes of them, within the ring's limits.</summary>
public sealed record RingStep(StepKind Kind, int Length, int Other, int Type);

/// <summary>A ring and what is done to it.</summary>
public sealed record Scenario(long CapacityBytes, int MaxMessageBytes, RingStep[] Steps)
{
    public override string ToString() =>
        $"capacity {CapacityBytes}, longest {MaxMessageBytes}: {string.Join("; ", Steps.Select(s => $"{s.Kind}({s.Length}, {s.Other}, {s.Type})"))}";
}

/// <summary>How scenarios are drawn and made smaller.</summary>
public static class Scenarios
{
    public static Arbitrary<Scenario> Scenario() => Arb.From(
        from capacityShift in Gen.Choose(6, 12)
        let capacity = 1L << capacityShift
        from max in Gen.OneOf(Gen.Constant((int)capacity / 2), Gen.Choose(1, (int)capacity - 16), Gen.Constant((int)capacity - 16))
        from count in Gen.Choose(50, 1200)
        from steps in RingStep(max).ArrayOf(count)
        select new Scenario(capacity, max, steps), Smaller);

    private static Gen<RingStep> RingStep(int max) =>
        from kind in Gen.Frequency(
            (8, Gen.Constant(StepKind.Write)), (3, Gen.Constant(StepKind.WriteBatch)),
            (4, Gen.Constant(StepKind.OpenClaim)), (3, Gen.Constant(StepKind.CommitClaim)),
            (3, Gen.Constant(StepKind.CommitClaimShorter)), (2, Gen.Constant(StepKind.CommitThroughWriter)),
            (2, Gen.Constant(StepKind.AbortClaim)), (8, Gen.Constant(StepKind.Read)),
            (4, Gen.Constant(StepKind.OpenLease)), (5, Gen.Constant(StepKind.CloseLease)),
            (3, Gen.Constant(StepKind.ReadBatch)), (1, Gen.Constant(StepKind.RenewProducer)), (1, Gen.Constant(StepKind.RenewConsumer)))
        from length in Gen.Frequency((4, Gen.Choose(0, Math.Min(max, 24))), (3, Gen.Choose(0, max)), (1, Gen.Constant(0)), (1, Gen.Constant(max)))
        from other in Gen.Choose(0, 9)
        from type in Gen.Frequency((3, Gen.Choose(0, 100)), (1, Gen.Elements(-1, int.MinValue, int.MaxValue)))
        select new RingStep(kind, length, other, type);

    /// <summary>Fewer steps first: halves, then the same without one.</summary>
    private static IEnumerable<Scenario> Smaller(Scenario scenario)
    {
        RingStep[] steps = scenario.Steps;
        for (int length = steps.Length / 2; length >= 1; length /= 2)
        {
            for (int start = 0; start < steps.Length; start += length)
                yield return scenario with { Steps = [.. steps[..start], .. steps[Math.Min(steps.Length, start + length)..]] };
        }
    }
}
