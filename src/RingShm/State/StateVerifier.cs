using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.State;

/// <summary>Checks what must hold in a state cell at rest; of one that moves, what moves meanwhile is not judged.</summary>
internal static unsafe class StateVerifier
{
    public static RingVerification Verify(RingRegion region, in StateMap map)
    {
        List<string> problems = [];
        // V1 acquire: as participants read it. Pairs with V18.
        long current = DirectMemory.LoadAcquire(map.Current, Edge.V1);
        VerifyValue(map, current, problems);
        int[] claimed = new int[map.RowCount];
        for (int buffer = 0; buffer < map.BufferCount; buffer++)
        {
            long owner = DirectMemory.Load(map.OwnerOf(buffer), Edge.V11);
            if (owner < 0 || owner > map.RowCount)
                problems.Add($"Buffer {buffer} is claimed by row {owner - 1}; there are {map.RowCount}.");
            else if (owner > 0)
                claimed[owner - 1]++;
        }

        for (int index = 0; index < map.RowCount; index++)
            VerifyRow(map, index, claimed[index], problems);
        // V1 acquire: as above. Pairs with V18.
        return DirectMemory.LoadAcquire(map.Current, Edge.V1) == current
            ? new RingVerification(region.DisplayName, StateWord.VersionOf(current) == 0 ? 0 : 1, problems)
            : new RingVerification(region.DisplayName, 1, []);
    }

    private static void VerifyValue(in StateMap map, long current, List<string> problems)
    {
        int index = StateWord.BufferOf(current);
        if (index >= map.BufferCount)
        {
            problems.Add($"The current word names buffer {index}; there are {map.BufferCount}.");
            return;
        }

        if (StateWord.VersionOf(current) == 0)
            return;
        StateBuffer buffer = map.Buffer(index);
        long version = DirectMemory.Load(buffer.Version, Edge.V4);
        if (version != StateWord.VersionOf(current))
            problems.Add($"The current word gives version {StateWord.VersionOf(current)}, its buffer {version}.");
        long length = DirectMemory.Load(buffer.Length, Edge.V2);
        if (length < 0 || length > map.MaxValueBytes)
            problems.Add($"The value has {length} bytes; at most {map.MaxValueBytes} are allowed.");
    }

    private static void VerifyRow(in StateMap map, int index, int claimed, List<string> problems)
    {
        StateRow row = map.Row(index);
        // V13 acquire: as writers look at it. Pairs with V8.
        long pin = DirectMemory.LoadAcquire(row.Pin, Edge.V13);
        if (StateWord.StateOf(pin) is not (PinState.Idle or PinState.Choosing or PinState.Pinned)
            || (StateWord.StateOf(pin) == PinState.Pinned && StateWord.PinnedBufferOf(pin) >= map.BufferCount))
            problems.Add($"Row {index} has the pin 0x{pin:X16}, which no participant writes.");
        if (claimed > 1)
            problems.Add($"Row {index} has claimed {claimed} buffers; one at a time is allowed.");
        // P1 acquire: the words of a row that reads free are then what its last owner left.
        if (DirectMemory.LoadAcquire(row.Owner, Edge.P1) != RowLayout.FreeOwner)
            return;
        if (StateWord.StateOf(DirectMemory.Load(row.Pin, Edge.V8)) != PinState.Idle)
            problems.Add($"Row {index} is free and has a pin.");
        if (claimed > 0)
            problems.Add($"Row {index} is free and has a buffer claimed.");
    }
}
