using RingShm.Layout;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm.Tests;

/// <summary>
/// The two doorbell words of a region, seen from outside. A sleep that a ring ended has moved the sequence; one that ended by its time has
/// not, and has taken its announcement back. So has a sleeper that came upon the news by itself, between its announcement and its sleep:
/// how often it was rung for is known only where <see cref="IsReaderRungBy"/> announces a sleeper that does not look.
/// </summary>
internal sealed unsafe class RegionBells : IDisposable
{
    /// <summary>Sleeps at once, and longer than the watchdog waits: a test in which a wake is lost hangs.</summary>
    public static readonly WaitStrategy LongSleep = new() { Spins = 0, Yields = 0, SleepSlice = TimeSpan.FromMinutes(10) };

    private readonly RingRegion _region;
    private readonly long* _data;
    private readonly long* _space;

    public RegionBells(string name, RingKind kind, long fixedMessageBytes = 0)
    {
        _region = new RingRegion(new RegionRequest(name, RegionMode.Open, new RingOptions(), kind, fixedMessageBytes));
        DoorbellMap map = new(_region.Base, _region.Header.Geometry);
        _data = map.Data;
        _space = map.Space;
    }

    /// <summary>How often consumers that slept were rung for.</summary>
    public uint DataRings => DoorbellWord.Sequence(Volatile.Read(ref *_data));

    public uint SpaceRings => DoorbellWord.Sequence(Volatile.Read(ref *_space));

    public int Readers => DoorbellWord.Sleepers(Volatile.Read(ref *_data));

    public int Writers => DoorbellWord.Sleepers(Volatile.Read(ref *_space));

    /// <summary>Until so many consumers have announced that they sleep.</summary>
    public void UntilReadersSleep(int count = 1) => SpinWait.SpinUntil(() => Readers == count);

    public void UntilWritersSleep(int count = 1) => SpinWait.SpinUntil(() => Writers == count);

    /// <summary>True when the action rings for a consumer that sleeps.</summary>
    public bool IsReaderRungBy(Action action) => IsRungBy(_region.Data, action);

    /// <summary>True when the action rings for a producer that sleeps.</summary>
    public bool IsWriterRungBy(Action action) => IsRungBy(_region.Space, action);

    /// <summary>Announces a consumer that sleeps until a ring takes it.</summary>
    public void AnnounceReader() => _region.Data.Announce();

    private static bool IsRungBy(in Doorbell<DirectMemory> doorbell, Action action)
    {
        uint sequence = doorbell.Announce();
        action();
        bool isRung = doorbell.IsRung(sequence);
        doorbell.Retract(sequence);
        return isRung;
    }

    public void Dispose() => _region.ReleaseReference();
}
