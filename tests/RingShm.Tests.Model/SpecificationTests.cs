using RingShm.Memory;
using RingShm.Tests.Model.Engine;
using RingShm.Tests.Model.Mpmc;
using RingShm.Tests.Model.Spsc;
using Xunit;
using static RingShm.Tests.Model.Spsc.Participant;

namespace RingShm.Tests.Model;

/// <summary>The checks that no mutation of the suite reaches first, each shown to fail when it should.</summary>
public sealed class SpecificationTests
{
    private static readonly SpscSetting Setting = new(StartPosition: 64);

    [Fact]
    public void A_full_that_the_producer_knows_to_be_wrong_is_caught()
    {
        ModelProgram program = SpscScenario.Of("wrong-full", Setting,
            Producer("producer", Entry.Attached, p => p.Write(40), p => p.SeeRoomThenWriteBlind(40)),
            Consumer("consumer", Entry.Attached, c => c.Lease()));
        Assert.Null(Explorer.Explore(program).Failure);
        Mutation lie = new("lie", "The consumer position looks old.") { ForcedLoad = Edge.S7, ForcedValue = 64, Phase = "blind" };
        Assert.Contains("was told that the ring is full", Explorer.Explore(program, lie).Failure!, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_that_the_consumer_knows_to_be_wrong_is_caught()
    {
        ModelProgram program = SpscScenario.Of("wrong-empty", Setting,
            Producer("producer", Entry.Attached, p => p.Write(8)),
            Consumer("consumer", Entry.Attached, c => c.SeeMessageThenLeaseBlind()));
        Assert.Null(Explorer.Explore(program).Failure);
        Mutation lie = new("lie", "The header looks empty.") { ForcedLoad = Edge.S4, ForcedValue = 0, Phase = "blind" };
        Assert.Contains("was told that the ring is empty", Explorer.Explore(program, lie).Failure!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2, true)]
    [InlineData(2, 1, false)]
    public void Only_first_in_first_out_is_linearizable(long first, long second, bool expected)
    {
        QueueOperation[] history =
        [
            Operation(1, true, 1), Operation(2, true, 2), Operation(3, false, first), Operation(4, false, second),
        ];
        Assert.Equal(expected, Linearizability.Holds(history, capacity: 2, spuriousRefusals: false));
    }

    /// <summary>
    /// The known corner: a live producer that tried for the position and lost it is a suspect until it goes on. It can only put the
    /// recovery off: in the end every schedule of the program has the dead one's hole mended, or its check would fail.
    /// </summary>
    [Fact]
    public void A_live_loser_puts_the_recovery_of_a_dead_winner_off_until_it_goes_on()
    {
        int putOff = 0;
        MpmcSetting setting = MpmcSetting.Inline(3) with { LooksForTheDead = true };
        ModelProgram program = new("corner", setting.Geometry.TotalBytes, execution =>
        {
            MpmcWorld world = new(execution, setting);
            MpmcScenario.Seat(execution, world, [
                MpmcActor.MortalProducer("winner", 2, p => p.WriteValues(1)), MpmcActor.Producer("loser", 3, p => p.WriteValues(1)),
                MpmcActor.Consumer("consumer", 4, c => c.TakeValues())]);
            return () =>
            {
                world.CheckEnd();
                putOff += world.WasPutOff ? 1 : 0;
            };
        })
        {
            Kills = 1,
        };
        Report report = Explorer.Walk(program, firstSeed: 1, executions: 30_000);
        Assert.Null(report.Failure);
        Assert.NotEqual(0, putOff);
    }

    private static QueueOperation Operation(int step, bool isEnqueue, long value) =>
        new(0, default(VectorClock).With(0, step - 1), step, isEnqueue, value, true);
}
