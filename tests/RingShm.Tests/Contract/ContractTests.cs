namespace RingShm.Tests.Contract;

public sealed class SpscContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Spsc(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300 });
}

/// <summary>Words in the slots.</summary>
public sealed class MpmcInlineContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Mpmc(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 48 });
}

/// <summary>Words in a table, messages of several granules.</summary>
public sealed class MpmcTableContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Mpmc(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300 });
}

/// <summary>Both sides declared single: no compare-and-swap on either.</summary>
public sealed class MpmcSingleContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Mpmc(new RingOptions
    {
        CapacityBytes = 1024, MaxMessageBytes = 300, Producers = Cardinality.One, Consumers = Cardinality.One,
    });
}

/// <summary>One side of each declared single.</summary>
public sealed class MpscContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Mpmc(new RingOptions
    {
        CapacityBytes = 1024, MaxMessageBytes = 48, Consumers = Cardinality.One,
    });
}

public sealed class SpmcContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Mpmc(new RingOptions
    {
        CapacityBytes = 1024, MaxMessageBytes = 300, Producers = Cardinality.One,
    });
}

public sealed class BroadcastInlineContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Broadcast(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 48 });
}

public sealed class BroadcastTableContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Broadcast(new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300 });
}

public sealed class BroadcastSingleContractTests : RingContract
{
    private protected override ContractRing Make() => ContractRing.Broadcast(new RingOptions
    {
        CapacityBytes = 1024, MaxMessageBytes = 300, Producers = Cardinality.One,
    });
}
