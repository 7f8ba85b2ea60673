using System.Globalization;
using RingShm.TestPeer.Commands;
using RingShm.TestPeer.Waking;
using RingShm.Tests.Processes.Support;

namespace RingShm.Tests.Processes;

/// <summary>
/// A participant of an MPMC ring that is killed after it has published, or freed, and before it has woken the one that sleeps: at each
/// of its accesses from there on, and right before the system call.
/// </summary>
public sealed class MpmcWakingTests
{
    /// <summary>Until another one rings.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    /// <summary>Long enough for the sleeper to be asleep when the other one begins.</summary>
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    /// <summary>The look at the word, the swap, and the call: the doorbell's accesses where ringers need no fence.</summary>
    private const int FewestAccesses = 3;

    /// <summary>Until an access counts as one that the ringer does not make.</summary>
    private const int MostAttempts = 100;

    [Theory]
    [InlineData("producer", false)]
    [InlineData("producer", true)]
    [InlineData("consumer", false)]
    [InlineData("consumer", true)]
    public async Task Killed_before_it_wakes_a_ringer_costs_the_sleeper_the_rest_of_its_slice_and_nothing_else(string role, bool isAwaited)
    {
        (int first, int last) = await AccessesOfTheRing(role, isAwaited);
        int survived = 0;
        for (int at = first; at <= last;)
        {
            using Act act = new(role, isAwaited, Short);
            bool isKilled = await act.IsKilledAt(at);
            await act.ExpectTheSleeperToBeServed();
            // Who was between two slices at that moment has found it by itself, and there was nobody to wake: once more. A ringer that
            // has become shorter than it was when it was measured is never killed there.
            survived = isKilled ? 0 : survived + 1;
            Assert.True(survived < MostAttempts, $"Never killed at access {at} of {last}.");
            at += isKilled ? 1 : 0;
        }
    }

    /// <summary>With a slice that never ends: as long as the announcement is there, whoever rings next wakes the sleeper.</summary>
    [Theory]
    [InlineData("producer", false)]
    [InlineData("producer", true)]
    [InlineData("consumer", false)]
    [InlineData("consumer", true)]
    public async Task Before_it_has_taken_the_announcement_the_next_ring_makes_up_for_it(string role, bool isAwaited)
    {
        (int first, int last) = await AccessesOfTheRing(role, isAwaited);
        for (int at = first; at < last; at++)
        {
            using Act act = new(role, isAwaited, Long);
            Assert.True(await act.IsKilledAt(at));
            Assert.Equal((1, 0u), (act.Sleepers, act.Rings));
            Assert.False(act.IsServed);
            act.RingAgain();
            await act.ExpectTheSleeperToBeServed();
            Assert.Equal(1u, act.Rings);
        }
    }

    /// <summary>Which accesses the doorbell makes beside a sleeper: the first, and the call that wakes.</summary>
    private static async Task<(int First, int Last)> AccessesOfTheRing(string role, bool isAwaited)
    {
        using Act act = new(role, isAwaited, Long);
        Assert.False(await act.IsKilledAt(0));
        await act.ExpectTheSleeperToBeServed();
        string[] words = act.Survived.Split(' ');
        (int protocol, int all) = (int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture));
        Assert.InRange(all - protocol, FewestAccesses, int.MaxValue);
        return (protocol + 1, all);
    }

    /// <summary>One ring, one sleeper here, and one process that is to wake it.</summary>
    private sealed class Act : IDisposable
    {
        private readonly Scene _scene = new();
        private readonly MpmcRing _ring;
        private readonly BellWatch _bells;
        private readonly bool _isSleeperConsumer;
        private readonly Peer _ringer;
        private readonly Task<bool> _sleep;
        private int _at;

        public Act(string role, bool isAwaited, TimeSpan slice)
        {
            _isSleeperConsumer = role == "producer";
            _ring = _scene.CreateMpmcRing(new RingOptions
            {
                CapacityBytes = 512,
                MaxMessageBytes = 40,
                WaitStrategy = new WaitStrategy { Spins = 0, Yields = 0, SleepSlice = slice },
            });
            _bells = new BellWatch(_scene.Name, RingKind.Mpmc);
            if (!_isSleeperConsumer)
                Fill();
            _ringer = _scene.Start("mpmc-ring-and-die", $"role={role}");
            _sleep = isAwaited ? Task.Run(SleepAwaited) : Task.Run(SleepHere);
        }

        public int Sleepers => _isSleeperConsumer ? _bells.Readers : _bells.Writers;

        public uint Rings => _isSleeperConsumer ? _bells.DataRings : _bells.SpaceRings;

        public bool IsServed => _sleep.IsCompleted;

        /// <summary>What the ringer said if it was not killed.</summary>
        public string Survived => _ringer.Expect("survived");

        /// <summary>False when it came to its end before that access.</summary>
        public async Task<bool> IsKilledAt(int at)
        {
            _at = at;
            _ = _ringer.Expect("attached");
            await Task.Run(() => Watchdog.Until(() => Sleepers == 1, "the sleeper's announcement"));
            _ringer.Say(at.ToString(CultureInfo.InvariantCulture));
            Assert.NotEqual(0, _ringer.WaitForExit());
            Assert.False(_ringer.HasSaid("bad"), _ringer.Description);
            return !_ringer.HasSaid("survived");
        }

        public async Task ExpectTheSleeperToBeServed()
        {
            Assert.True(await _sleep.WaitAsync(Watchdog.Limit), $"The ringer was killed at access {_at}.");
            _scene.ExpectClean();
            Assert.Equal(0, Sleepers);
        }

        /// <summary>Somebody else rings, after something of its own.</summary>
        public void RingAgain()
        {
            if (_isSleeperConsumer)
            {
                using MpmcProducer producer = _ring.AttachProducer();
                Assert.True(producer.TryWrite([9]));
                return;
            }

            using MpmcConsumer consumer = _ring.AttachConsumer();
            Assert.True(consumer.TryRead(out Message message));
            message.Dispose();
        }

        public void Dispose()
        {
            _bells.Dispose();
            _scene.Dispose();
        }

        private void Fill()
        {
            using MpmcProducer producer = _ring.AttachProducer();
            while (producer.TryWrite([0]))
            {
                // Until it is full.
            }
        }

        private bool SleepHere()
        {
            if (!_isSleeperConsumer)
            {
                using MpmcProducer producer = _ring.AttachProducer();
                return producer.Write([8], Timeout.InfiniteTimeSpan);
            }

            using MpmcConsumer consumer = _ring.AttachConsumer();
            if (!consumer.Read(out Message message, Timeout.InfiniteTimeSpan))
                return false;
            using (message)
                return message.Span.SequenceEqual(MpmcRingAndDieCommand.Message);
        }

        private async Task<bool> SleepAwaited()
        {
            if (!_isSleeperConsumer)
            {
                using MpmcProducer producer = _ring.AttachProducer();
                await producer.WriteAsync(new byte[] { 8 });
                return true;
            }

            using MpmcConsumer consumer = _ring.AttachConsumer();
            OwnedMessage message = await consumer.ReadAsync();
            return message.Memory.Span.SequenceEqual(MpmcRingAndDieCommand.Message);
        }
    }
}
