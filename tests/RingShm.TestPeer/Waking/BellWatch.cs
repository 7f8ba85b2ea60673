using RingShm.Mapping;
using RingShm.Waiting;

namespace RingShm.TestPeer.Waking;

/// <summary>The doorbells of a region of any kind, seen from outside.</summary>
internal sealed unsafe class BellWatch : IDisposable
{
    private readonly RingRegion _region;

    public BellWatch(string name, RingKind kind) =>
        _region = new RingRegion(new RegionRequest(name, RegionMode.Open, new RingOptions(), kind, 0));

    /// <summary>Readers that have announced that they sleep, dead ones among them.</summary>
    public int Readers => DoorbellWord.Sleepers(Data);

    /// <summary>How often readers that slept were rung for: each is one wake.</summary>
    public uint DataRings => DoorbellWord.Sequence(Data);

    public int Writers => DoorbellWord.Sleepers(Space);

    public uint SpaceRings => DoorbellWord.Sequence(Space);

    private long Data => Volatile.Read(ref *_region.Data.Word);

    private long Space => Volatile.Read(ref *_region.Space.Word);

    public void Dispose() => _region.ReleaseReference();
}
