package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockAllocatorImpl;
import com.amazonaws.athena.connector.lambda.domain.Split;
import com.amazonaws.athena.connector.lambda.domain.TableName;
import com.amazonaws.athena.connector.lambda.domain.spill.S3SpillLocation;
import com.amazonaws.athena.connector.lambda.domain.spill.SpillLocation;
import com.amazonaws.athena.connector.lambda.metadata.GetDataSourceCapabilitiesRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetDataSourceCapabilitiesResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetSplitsRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetSplitsResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetTableLayoutRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetTableLayoutResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetTableRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetTableResponse;
import com.amazonaws.athena.connector.lambda.metadata.ListSchemasRequest;
import com.amazonaws.athena.connector.lambda.metadata.ListSchemasResponse;
import com.amazonaws.athena.connector.lambda.metadata.ListTablesRequest;
import com.amazonaws.athena.connector.lambda.metadata.ListTablesResponse;
import com.amazonaws.athena.connector.lambda.metadata.optimizations.OptimizationSubType;
import com.amazonaws.athena.connector.lambda.records.ReadRecordsRequest;
import com.amazonaws.athena.connector.lambda.records.ReadRecordsResponse;
import com.amazonaws.athena.connector.lambda.records.RemoteReadRecordsResponse;
import com.amazonaws.athena.connector.lambda.request.PingRequest;
import com.amazonaws.athena.connector.lambda.request.PingResponse;
import com.amazonaws.athena.connector.lambda.security.EncryptionKey;
import com.amazonaws.athena.connector.lambda.security.FederatedIdentity;
import com.amazonaws.athena.connector.lambda.serde.VersionedObjectMapperFactory;
import com.amazonaws.athena.connector.lambda.udf.UserDefinedFunctionRequest;
import com.amazonaws.athena.connector.lambda.udf.UserDefinedFunctionResponse;
import com.amazonaws.athena.connector.lambda.udf.UserDefinedFunctionType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Messages of every type out of a seed, written by the SDK. */
final class Invention {
    private final Random random;
    private final Cells cells;
    private final Conditions conditions;
    private final int version;

    private Invention(long seed, int version, BlockAllocator allocator) {
        this.random = new Random(seed);
        this.version = version;
        this.cells = new Cells(random, allocator);
        this.conditions = new Conditions(random, cells, allocator);
    }

    /** {"seed", "count", "versions"} to {"documents": [{"version", "document"}]}. */
    static JsonNode messages(JsonNode command) throws IOException {
        ObjectNode answer = Main.JSON.createObjectNode();
        ArrayNode documents = answer.putArray("documents");
        JsonNode versions = command.get("versions");
        for (int n = 0; n < command.get("count").asInt(); n++) {
            int version = versions.get(n % versions.size()).asInt();
            try (BlockAllocator allocator = new BlockAllocatorImpl()) {
                Object message = new Invention(command.get("seed").asLong() * 1_000_003 + n, version, allocator).message();
                documents.addObject()
                        .put("version", version)
                        .put("document", VersionedObjectMapperFactory.create(allocator, version).writeValueAsString(message));
            }
        }
        return answer;
    }

    private Object message() {
        List<Supplier<Object>> kinds =
                List.of(
                        () -> new PingRequest(identity(), word(), word()),
                        () -> new PingResponse(word(), word(), word(), random.nextInt(100), 1 + random.nextInt(6)),
                        () -> new ListSchemasRequest(identity(), word(), word()),
                        () -> new ListSchemasResponse(word(), words()),
                        () -> new ListTablesRequest(identity(), word(), word(), maybe(word()), maybe(word()), limit()),
                        () -> new ListTablesResponse(word(), List.of(table(), table()), maybe(word())),
                        () -> new GetTableRequest(identity(), word(), word(), table(), passthrough()),
                        () -> new GetTableResponse(word(), table(), cells.schema(), Set.copyOf(words())),
                        this::layout,
                        () -> new GetTableLayoutResponse(word(), table(), cells.block()),
                        () -> new GetSplitsRequest(identity(), word(), word(), table(), cells.block(), words(), constraints(), maybe(word())),
                        this::splits,
                        this::read,
                        () -> new ReadRecordsResponse(word(), cells.block()),
                        () -> new RemoteReadRecordsResponse(word(), cells.schema(), List.<SpillLocation>of(location(), location()), key()),
                        () -> new UserDefinedFunctionRequest(identity(), cells.block(), cells.schema(), word(), UserDefinedFunctionType.SCALAR),
                        () -> new UserDefinedFunctionResponse(cells.block(), word()),
                        () -> new GetDataSourceCapabilitiesRequest(identity(), word(), word()),
                        () -> new GetDataSourceCapabilitiesResponse(word(), Map.of(word(), List.of(new OptimizationSubType(word(), words())))));
        int known = version < 4 ? kinds.size() - 2 : kinds.size(); // capabilities came with version 4
        return kinds.get(random.nextInt(known)).get();
    }

    private GetTableLayoutRequest layout() {
        return new GetTableLayoutRequest(identity(), word(), word(), table(), constraints(), cells.schema(), new HashSet<>(words()));
    }

    private ReadRecordsRequest read() {
        long most = 1 + (random.nextLong() >>> 1 >>> random.nextInt(62));
        return new ReadRecordsRequest(identity(), word(), word(), table(), cells.schema(), split(), constraints(), most, most / 2);
    }

    private GetSplitsResponse splits() {
        Set<Split> splits = new HashSet<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            splits.add(split());
        }
        return new GetSplitsResponse(word(), splits, maybe(word()));
    }

    private Split split() {
        return new Split(maybe(location()), key(), passthrough());
    }

    private com.amazonaws.athena.connector.lambda.domain.predicate.Constraints constraints() {
        return conditions.constraints(version, passthrough());
    }

    private FederatedIdentity identity() {
        return new FederatedIdentity(word(), word(), passthrough(), words(), passthrough());
    }

    private TableName table() {
        return new TableName(word(), word());
    }

    private S3SpillLocation location() {
        return new S3SpillLocation(word(), word(), random.nextBoolean());
    }

    private EncryptionKey key() {
        return random.nextInt(3) == 0 ? null : new EncryptionKey(bytes(List.of(16, 24, 32).get(random.nextInt(3))), bytes(12));
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private Map<String, String> passthrough() {
        Map<String, String> map = new HashMap<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            map.put(word(), cells.text());
        }
        return map;
    }

    private List<String> words() {
        return List.copyOf(Set.of(word() + "0", word() + "1", word() + "2")).subList(0, random.nextInt(4));
    }

    private String word() {
        return "w" + cells.text();
    }

    private int limit() {
        return random.nextBoolean() ? -1 : 1 + random.nextInt(1000);
    }

    private <T> T maybe(T value) {
        return random.nextInt(3) == 0 ? null : value;
    }
}
