using RingShm.Liveness;
using RingShm.Memory;
using RingShm.Waiting;

namespace RingShm.Broadcast;

/// <summary>
/// What a broadcast ring's readers of bytes and of values hold alike: the protocol, whom to ask and whom to ring. A struct inside the handle, so
/// that nothing is virtual.
/// </summary>
internal struct ReadingEnd(in BroadcastReaderCore<DirectMemory> core, IRowOracle oracle, in Doorbell<DirectMemory> others)
{
    private readonly IRowOracle _oracle = oracle;
    private readonly long _lostByOthers = core.MessagesLost;
    private Streak _streak;

    /// <summary>The protocol's half. A field, because it changes in place.</summary>
    public BroadcastReaderCore<DirectMemory> Core = core;

    /// <summary>The doorbell of the writers.</summary>
    public readonly Doorbell<DirectMemory> Others = others;

    /// <summary>Without what earlier owners of the row lost.</summary>
    public readonly long MessagesLost => Core.MessagesLost - _lostByOthers;

    public readonly bool LookForTheDead() => Core.LookForTheDead(_oracle);

    /// <summary>For a read in vain.</summary>
    public void Pause() => _streak.Pause(Core.MessagesRead);

    /// <summary>Writers do not wait for a reader that is gone.</summary>
    public readonly void Leave()
    {
        Core.Leave();
        Others.Ring();
    }
}
