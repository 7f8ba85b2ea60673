using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Spsc;

/// <summary>The ring that a program starts with: its size, and how far it has run before.</summary>
/// <param name="CapacityBytes">The ring's size.</param>
/// <param name="StartPosition">Both positions at the start; the bytes of the laps before are still there, as garbage.</param>
/// <param name="HasLocks">Row locks as on Linux, or owner words that are judged as on Windows.</param>
internal sealed record SpscSetting(long CapacityBytes = 64, long StartPosition = 0, bool HasLocks = true)
{
    public RingGeometry Geometry { get; } =
        RingGeometry.ForSpsc(CapacityBytes, RingGeometry.LargestMessageBytes(CapacityBytes), fixedMessageBytes: 0);

    public IRowOracle Oracle { get; } = new ModelOracle(HasLocks);

    /// <summary>False where participants end without detaching, so that counters may trail.</summary>
    public bool ChecksCounters { get; init; } = true;

    /// <summary>True where the consumer asks whether the ring is drained each time it finds nothing.</summary>
    public bool AsksForTheEnd { get; init; }

    /// <summary>
    /// The state that the laps before would have left: old records everywhere, except for the one header that invariant I1
    /// keeps at zero.
    /// </summary>
    public unsafe void WriteInitialImage(in SpscMap map)
    {
        if (StartPosition == 0)
            return;
        for (long offset = 0; offset < CapacityBytes + Geometry.OverhangBytes; offset += sizeof(long))
            *(long*)(map.Data + offset) = RecordLayout.EncodeHeader(8, 0x0BAD);
        *map.HeaderAt(StartPosition) = RecordLayout.Unpublished;
        *map.ProducerPosition = *map.ConsumerPosition = StartPosition;
    }
}
