using RingShm.Layout;
using RingShm.Liveness;
using RingShm.Mapping;
using RingShm.Memory;
using RingShm.Tests.Model.Engine;

namespace RingShm.Tests.Model.Region;

/// <summary>
/// Creation and opening: several processes race to make one region under the creation lock, any of them may be killed, and
/// openers must see nothing or everything.
/// </summary>
/// <remarks>
/// The ready word goes through the shipped <see cref="RegionPublication{TMemory}"/>. The lock-look-make sequence around it is
/// file system code, so the program repeats its order: look; lock the creation byte; look again; make; publish; unlock.
/// </remarks>
internal static unsafe class RegionPrograms
{
    private const long RegionBytes = HeaderLayout.PageBytes * 2;
    private const int CreationLock = 0;
    private const int IdentityWords = 3;

    public static IReadOnlyList<ModelProgram> All { get; } =
    [
        Of("create-open", kills: 0, creators: 1, openers: 1),
        Of("create-race", kills: 0, creators: 2, openers: 1),
        Of("kill-creator", kills: 1, creators: 2, openers: 1),
        Of("kill-two-creators", kills: 2, creators: 3, openers: 0),
    ];

    private static ModelProgram Of(string name, int kills, int creators, int openers) =>
        new(name, RegionBytes, execution =>
        {
            World world = new(execution);
            for (int i = 1; i <= creators; i++)
                execution.AddThread($"creator {i}", world.CreateOrOpen, killable: kills > 0);
            for (int i = 1; i <= openers; i++)
                execution.AddThread($"opener {i}", world.Open);
            return world.Check;
        })
        {
            Kills = kills,
        };

    private sealed class World(Execution execution)
    {
        private readonly ModelOracle _locks = new(HasLocks: true);
        private int _made;
        private int _entered;

        public void CreateOrOpen(ModelThread me)
        {
            me.OnStore = note => Observe(note.Edge, note.Value);
            while (true)
            {
                me.ClearPolls();
                if (RegionPublication<ModelMemory>.IsReady(execution.Region))
                {
                    Enter(me);
                    return;
                }

                if (_locks.TryLock(CreationLock) == RowLock.Acquired)
                {
                    bool mine = execution.Mutation.CreatesWithoutLooking || !RegionPublication<ModelMemory>.IsReady(execution.Region);
                    if (mine)
                        Make(me);
                    _locks.Unlock(CreationLock);
                    if (mine)
                        return;
                    continue;
                }

                if (!me.Await())
                    throw new ViolationException($"{me.Name} waits for ever for a region that nobody makes.");
            }
        }

        public void Open(ModelThread me)
        {
            me.ClearPolls();
            while (!RegionPublication<ModelMemory>.IsReady(execution.Region))
            {
                if (!me.Await())
                    return;
            }

            Enter(me);
        }

        public void Check()
        {
            if (_made == 0 && execution.Deaths == 0)
                throw new ViolationException("Nobody made the region.");
        }

        private void Make(ModelThread me)
        {
            if (execution.Mutation.PublishesRegionFirst)
                RegionPublication<ModelMemory>.Publish(execution.Region);
            // What a dead creator left is cut to nothing first, as truncating the file does.
            for (int i = 0; i < IdentityWords; i++)
                ModelMemory.Write(execution.Region + HeaderLayout.PageBytes + (i * 8), 0L, Edge.S2);
            for (int i = 0; i < IdentityWords; i++)
                ModelMemory.Write(execution.Region + HeaderLayout.PageBytes + (i * 8), Identity(i), Edge.S2);
            if (!execution.Mutation.PublishesRegionFirst)
                RegionPublication<ModelMemory>.Publish(execution.Region);
            _ = me;
        }

        /// <summary>Uses the region as whoever opens it does: reads what its creator wrote.</summary>
        private void Enter(ModelThread me)
        {
            _entered++;
            for (int i = 0; i < IdentityWords; i++)
            {
                long found = ModelMemory.Read<long>(execution.Region + HeaderLayout.PageBytes + (i * 8), Edge.S5);
                if (found != Identity(i))
                    throw new ViolationException($"{me.Name} opened a half-made region: word {i} is 0x{found:X}.");
            }
        }

        private void Observe(Edge edge, long value)
        {
            if (edge == Edge.R1 && ++_made > 1)
                throw new ViolationException("The region was made twice.");
        }

        private static long Identity(int word) => 0x1DE0_0000 + word + 1;
    }
}
