using RingShm.Tests.Model.Engine;
using static RingShm.ParticipantRole;

namespace RingShm.Tests.Model.Broadcast;

/// <summary>
/// Broadcast programs that are small enough for every schedule, every value that weak memory permits and a death at every access: in a ring
/// that is full or nearly so from the start, one message more, so that what is retained has to move.
/// </summary>
internal static class BroadcastSmallPrograms
{
    private const int A = 2;
    private const int B = 3;
    private const int C = 4;
    private const int Full = 2;
    private const int Reliable = 0;
    private const int Lossy = BroadcastWorld.LossyFlag;
    private const int Evicting = BroadcastWorld.EvictsFlag;

    public static IReadOnlyList<ModelProgram> WithoutDeaths { get; } =
    [
        BroadcastPrograms.Of("broadcast-one", Reliable, 1, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("reader", B, Consumer, p => p.Read());
        }),
        BroadcastPrograms.Of("broadcast-one-into-full", Reliable, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("reader", B, Consumer, p => p.Read());
        }),
        BroadcastPrograms.Of("broadcast-one-behind-a-batch", Reliable, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("reader", B, Consumer, p => p.ReadBatches(3));
        }),
        BroadcastPrograms.Of("broadcast-one-for-two-readers", Reliable, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("reader 1", B, Consumer, p => p.Read(1));
            world.Add("reader 2", C, Consumer, p => p.Read(1));
        }),
        BroadcastPrograms.Of("broadcast-one-each", Reliable, Full, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1));
            world.Add("writer 2", B, Producer, p => p.Write(1));
        }),
        BroadcastPrograms.Of("broadcast-one-each-read", Reliable, 1, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1));
            world.Add("writer 2", B, Producer, p => p.Write(1));
            world.Add("reader", C, Consumer, p => p.Read(1));
        }),
        BroadcastPrograms.Of("broadcast-one-and-comer", Reliable, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("comer", B, Consumer, p => p.Read(), comes: true);
        }),
        BroadcastPrograms.Of("broadcast-one-and-leaver", Reliable, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("leaver", B, Consumer, p => p.Leave());
        }),
        BroadcastPrograms.Of("broadcast-one-behind-given-up", Reliable, 1, world =>
        {
            world.Add("writer", A, Producer, p =>
            {
                p.Abort();
                p.Write(1);
            });
            world.Add("reader", B, Consumer, p => p.Read());
        }),
        BroadcastPrograms.Of("broadcast-lossy-one", Lossy, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("reader", B, Consumer, p => p.Read());
        }),
        BroadcastPrograms.Of("broadcast-lossy-two", Lossy, 1, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(2));
            world.Add("reader", B, Consumer, p => p.Read());
        }),
        BroadcastPrograms.Of("broadcast-lossy-one-resume-newest", Lossy, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("reader", B, Consumer, p => p.Read(), resume: ReaderResume.Newest);
        }),
        BroadcastPrograms.Of("broadcast-lossy-one-each", Lossy, Full, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1));
            world.Add("writer 2", B, Producer, p => p.Write(1));
        }),
        BroadcastPrograms.Of("broadcast-evicting-one", Evicting, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1));
            world.Add("reader", B, Consumer, p => p.ReadOrBeEvicted());
        }),
    ];

    public static IReadOnlyList<ModelProgram> WithDeaths { get; } =
    [
        BroadcastPrograms.Of("broadcast-one-killed-reader", Reliable, Full, world =>
        {
            world.Add("reader", A, Consumer, p => p.Read(1), killable: true);
            world.Add("writer", B, Producer, p => p.Write(1));
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-one-killed-comer", Reliable, Full, world =>
        {
            world.Add("comer", A, Consumer, p => p.Read(1), killable: true, comes: true);
            world.Add("writer", B, Producer, p => p.Write(1));
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-one-killed-writer", Reliable, 1, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1), killable: true);
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-one-killed-writer-into-full", Reliable, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1), killable: true);
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-one-killed-beside-writer", Reliable, Full, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1), killable: true);
            world.Add("writer 2", B, Producer, p => p.Write(1));
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-one-killed-before-two-readers", Reliable, 0, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1), killable: true);
            world.Add("reader 1", B, Consumer, p => p.Read());
            world.Add("reader 2", C, Consumer, p => p.Read());
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-one-left-claim", Reliable, 1, world =>
        {
            world.Add("writer", A, Producer, p => p.Claim(), killable: true);
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-lossy-one-killed-writer", Lossy, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1), killable: true);
            world.Add("reader", B, Consumer, p => p.Read());
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-lossy-one-killed-in-a-step", Lossy, Full, world =>
        {
            world.Add("writer 1", A, Producer, p => p.Write(1), killable: true);
            world.Add("writer 2", B, Producer, p => p.Write(1));
        }) with { Kills = 1 },
        BroadcastPrograms.Of("broadcast-evicting-one-killed-writer", Evicting, Full, world =>
        {
            world.Add("writer", A, Producer, p => p.Write(1), killable: true);
            world.Add("reader", B, Consumer, p => p.ReadOrBeEvicted());
        }) with { Kills = 1 },
    ];
}
